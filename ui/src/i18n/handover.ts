/** Words of the handover, in both languages. */
export const handoverZh = {
  'place.handover': '交付',
};

export const handoverEn: Record<keyof typeof handoverZh, string> = {
  'place.handover': 'Handover',
};
