/** Words of the desk, the board of the day and the call screen, in both languages. */
export const dayZh = {
  'place.booth': '拍摄',
  'place.desk': '取号',
  'place.today': '今日',
};

export const dayEn: Record<keyof typeof dayZh, string> = {
  'place.booth': 'Booth',
  'place.desk': 'Desk',
  'place.today': 'Today',
};
