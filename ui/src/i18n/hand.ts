/** Words of the handover, in both languages, by subject. */
import * as place from './hand/place';
import * as outbox from './hand/outbox';
import * as exports from './hand/export';
import * as prints from './hand/prints';
import * as correction from './hand/correction';
import * as inward from './hand/inward';
import * as erase from './hand/erase';

export const handZh = { ...place.zh, ...outbox.zh, ...exports.zh, ...prints.zh, ...correction.zh, ...inward.zh, ...erase.zh };

export const handEn: Record<keyof typeof handZh, string> = { ...place.en, ...outbox.en, ...exports.en, ...prints.en, ...correction.en, ...inward.en, ...erase.en };
