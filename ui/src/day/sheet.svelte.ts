/** One line of a form. */
export interface FormField {
  name: string;
  label: string;
  value: string;
  /** Chosen with the arrow keys instead of typed. */
  options?: readonly { value: string; label: string }[];
  /** What belongs into it, in a few words. */
  hint?: string;
  /** Longer than a line. */
  tall?: boolean;
  /** A path, and what it leads to: it can be chosen in the system's own dialog. */
  path?: { pick: 'folder' | 'file'; extensions?: readonly string[] };
  /** Not to be read over a shoulder while it is typed. */
  secret?: boolean;
  /** Whether the line is there, by what the others hold. */
  when?: (values: Values) => boolean;
}

export type Values = Record<string, string>;

interface Common {
  /** Stable name, for tests. */
  name: string;
  title: string;
  /** What has to be known before answering. */
  note?: string;
}

export interface FormSheet extends Common {
  kind: 'form';
  fields: readonly FormField[];
  submit: string;
  /** Does what was asked for; `true` closes the sheet, a sentence says what is wrong with a field. */
  done: (values: Values) => Promise<boolean | string> | boolean | string;
}

export interface PickSheet extends Common {
  kind: 'pick';
  options: readonly { value: string; label: string; hint?: string }[];
  /** Does what was chosen; `true` closes the sheet. */
  done: (value: string) => Promise<boolean | string> | boolean | string;
}

export type SheetSpec = FormSheet | PickSheet;

/** The one question that lies over a place of the day. */
class Sheet {
  spec = $state.raw<SheetSpec | null>(null);

  form(spec: Omit<FormSheet, 'kind'>): void {
    this.spec = { kind: 'form', ...spec };
  }

  pick(spec: Omit<PickSheet, 'kind'>): void {
    this.spec = { kind: 'pick', ...spec };
  }

  close(): void {
    this.spec = null;
  }
}

export const sheet = new Sheet();
