// The one place where the window takes its types from: all of them are generated from the declarations in the api crate.
export type * from './gen/types';
