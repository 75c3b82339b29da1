import type { Drive, ExportContents, ExportLock } from '../api';

/** Ways of naming files that schools ask for; others are typed. */
export const TEMPLATES = [
  '{学院}/{专业}/{班级}/{学号}',
  '{学院}/{学号}',
  '{身份证号}',
  '{考生号}',
  '{指纹}-{拍摄号}',
] as const;

/** What has been chosen for the next export; remembered while another page is open. */
class Exporting {
  /** Drives that can be pulled out; `null` until they were asked for. */
  drives = $state.raw<readonly Drive[] | null>(null);
  /** Where the bag goes: a drive, or the typed folder. */
  drive = $state<string | null>(null);
  folder = $state('');
  template = $state('');
  originals = $state(false);
  /** Layout of the prints that go in; `null`: none. */
  prints = $state<string | null>(null);
  codes = $state(false);
  shortPaths = $state(false);
  /** Forgotten as soon as it was used. */
  lock = $state.raw<ExportLock | null>(null);

  get into(): string {
    return this.drive ?? this.folder.trim();
  }

  get contents(): ExportContents {
    const { template, originals, prints, codes, shortPaths } = this;
    return { template: template.trim(), originals, prints, short_paths: shortPaths, codes };
  }
}

export const exporting = new Exporting();
