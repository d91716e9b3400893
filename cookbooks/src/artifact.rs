//! Cookbook artifacts: cookbooks named by the content they have, as policies use them.

use serde_json::Value;

use crate::document::{Field, Fields};
use crate::segments::{self, Form};
use crate::{Error, name};

/// An artifact as a client sent it. It never changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Artifact {
    pub name: String,
    pub identifier: String,
    document: Fields,
}

impl Artifact {
    /// Checks what was sent to `/cookbook_artifacts/NAME/IDENTIFIER`.
    pub fn parse(name: &str, identifier: &str, body: Value) -> Result<Self, Error> {
        let document = crate::document::object(body)?;
        Field::of(&document, "name").required()?.text_that(name::is_cookbook_name)?;
        Field::of(&document, "identifier").required()?.text_that(name::is_policy_name)?;
        for key in std::iter::once(segments::ALL_FILES).chain(segments::SEGMENTS) {
            Field::of(&document, key).files()?;
        }
        Field::of(&document, "metadata").object()?;
        for (key, in_path) in [("name", name), ("identifier", identifier)] {
            let sent = document[key].as_str().unwrap_or_default();
            if sent != in_path {
                let (field, found, expected) = (key.to_owned(), in_path.to_owned(), sent.to_owned());
                return Err(Error::Mismatch { field, found, expected });
            }
        }
        Ok(Self { name: name.to_owned(), identifier: identifier.to_owned(), document })
    }

    pub fn restore(name: String, identifier: String, document: Fields) -> Self {
        Self { name, identifier, document }
    }

    pub fn document(&self) -> &Fields {
        &self.document
    }

    pub fn checksums(&self) -> Vec<String> {
        segments::checksums(&self.document)
    }

    /// The document as it is given out.
    pub fn full(&self, form: Form, url: impl Fn(&str) -> String) -> Fields {
        let mut document = self.document.clone();
        document.shift_remove("json_class");
        form.convert(&mut document);
        segments::add_urls(&mut document, url);
        document
    }
}
