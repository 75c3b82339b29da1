//! The TypeScript that the window is built with, made from the declarations of the operations and their types.

use std::collections::BTreeMap;

use ts_rs::{Config, TS, TypeVisitor};

use crate::error::ApiError;
use crate::view::{LiveView, StationView};
use crate::{day, hall, handover, operations};

/// Declarations of types by name, each once.
#[derive(Default)]
pub(crate) struct Declarations(BTreeMap<String, String>);

struct Collector<'a> {
    into: &'a mut Declarations,
    cfg: &'a Config,
}

impl TypeVisitor for Collector<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        self.into.add::<T>(self.cfg);
    }
}

impl Declarations {
    /// Adds a type and all that it is made of.
    pub(crate) fn add<T: TS + 'static + ?Sized>(&mut self, cfg: &Config) {
        // Types without a file of their own (numbers, lists, strings) have no declaration.
        if T::output_path().is_some() {
            let name = T::ident(cfg);
            let declaration = T::decl(cfg);
            if let Some(known) = self.0.get(&name) {
                // Two types of one name would leave the window with whichever came first.
                assert_eq!(*known, declaration, "two types are called {name}");
                return;
            }
            self.0.insert(name, declaration);
        }
        T::visit_dependencies(&mut Collector { into: self, cfg });
        T::visit_generics(&mut Collector { into: self, cfg });
    }
}

/// The whole of `ui/src/api/gen/types.ts`.
pub fn typescript() -> String {
    let cfg = Config::default();
    let mut types = Declarations::default();
    let operations = [
        operations::declare,
        day::operations::declare,
        hall::operations::declare,
        handover::operations::declare,
    ]
    .map(|group| group(&mut types, &cfg))
    .concat();
    types.add::<ApiError>(&cfg);
    types.add::<StationView>(&cfg);
    types.add::<LiveView>(&cfg);
    let mut out = String::from(
        "// Made by `cargo xtask bindings` from the declarations in the api crate. Do not edit.\n\n",
    );
    for declaration in types.0.values() {
        out += &format!("export {declaration}\n\n");
    }
    out += &format!("export interface Operations {{\n{operations}}}\n\n");
    out += "export interface Events {\n  \"station\": StationView;\n  \"live\": LiveView;\n}\n";
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_window_is_built_with_the_types_of_today() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../ui/src/api/gen/types.ts");
        let on_disk = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
        assert!(
            on_disk == super::typescript(),
            "ui/src/api/gen/types.ts is stale: run `cargo xtask bindings`"
        );
    }
}
