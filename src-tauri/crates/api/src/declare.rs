//! How operations are declared: one line each gives the trait that a host fulfils, the dispatch by name, and the
//! TypeScript of the window.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::ApiError;

/// One group of operations: a trait, its names, its dispatch and its declarations.
macro_rules! operations {
    (trait $group:ident; $( $(#[$doc:meta])* $name:literal $method:ident($req:ty) -> $res:ty; )+) => {
        /// What a host must be able to do. A missing operation does not compile.
        pub trait $group {
            $( $(#[$doc])* fn $method(&self, request: $req) -> Result<$res, $crate::ApiError>; )+
        }

        /// Performs the operation `name` with its request as JSON; `None` if it is of another group.
        pub(crate) fn dispatch(
            host: &impl $group,
            name: &str,
            request: serde_json::Value,
        ) -> Option<Result<serde_json::Value, $crate::ApiError>> {
            match name {
                $( $name => Some($crate::declare::read::<$req>(name, request)
                    .and_then(|request| host.$method(request))
                    .and_then(|response| $crate::declare::write(name, &response))), )+
                _ => None,
            }
        }

        /// TypeScript lines `name: { request; response }` and every type they need.
        pub(crate) fn declare(out: &mut $crate::bindings::Declarations, cfg: &ts_rs::Config) -> String {
            use ts_rs::TS;
            let mut lines = String::new();
            $(
                out.add::<$req>(cfg);
                out.add::<$res>(cfg);
                lines += &format!(
                    "  {:?}: {{ request: {}; response: {} }};\n", $name, <$req>::name(cfg), <$res>::name(cfg)
                );
            )+
            lines
        }
    };
}
pub(crate) use operations;

pub(crate) fn read<T: for<'de> Deserialize<'de>>(name: &str, request: Value) -> Result<T, ApiError> {
    let request = if request.is_null() { Value::Object(Default::default()) } else { request };
    serde_json::from_value(request).map_err(|e| {
        ApiError::new("bad_request", "程序内部错误：请求格式不对", "Malformed request")
            .with_story(format!("{name}: {e}"))
    })
}

pub(crate) fn write<T: Serialize>(name: &str, response: &T) -> Result<Value, ApiError> {
    serde_json::to_value(response).map_err(|e| {
        ApiError::new("bad_response", "程序内部错误：结果无法输出", "Response cannot be written")
            .with_story(format!("{name}: {e}"))
    })
}
