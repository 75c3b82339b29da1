/** Words of the desk, the board of the day and the call screen, in both languages, by subject. */
import * as common from './day/common';
import * as states from './day/states';
import * as desk from './day/desk';
import * as queue from './day/queue';
import * as batch from './day/batch';
import * as overview from './day/overview';
import * as lists from './day/lists';
import * as spreadsheet from './day/sheet';
import * as call from './day/call';

export const dayZh = { ...common.zh, ...states.zh, ...desk.zh, ...queue.zh, ...batch.zh, ...overview.zh, ...lists.zh, ...spreadsheet.zh, ...call.zh };

export const dayEn: Record<keyof typeof dayZh, string> = { ...common.en, ...states.en, ...desk.en, ...queue.en, ...batch.en, ...overview.en, ...lists.en, ...spreadsheet.en, ...call.en };
