//! Cookbook versions: what a client may send, what is kept, what is given out.

use serde_json::{Value, json};

use crate::document::{Field, Fields, only};
use crate::segments::{self, Form, SEGMENTS};
use crate::{Constraint, CookbookName, Error, Version};

const KEYS: [&str; 16] = [
    "attributes",
    "chef_type",
    "cookbook_name",
    "definitions",
    "files",
    "frozen?",
    "json_class",
    "libraries",
    "metadata",
    "name",
    "providers",
    "recipes",
    "resources",
    "root_files",
    "templates",
    "version",
];

const KEYS_WITH_ALL_FILES: [&str; 8] =
    ["all_files", "chef_type", "cookbook_name", "frozen?", "json_class", "metadata", "name", "version"];

/// A cookbook version as a client sent it, checked and completed.
#[derive(Debug, Clone, PartialEq)]
pub struct CookbookVersion {
    pub name: CookbookName,
    pub version: Version,
    document: Fields,
}

/// What is done to a version that exists already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overwrite {
    /// Only while it is not frozen.
    Unfrozen,
    /// In any case (`force`).
    Forced,
}

impl Overwrite {
    /// `force` of a query: any value but `false` forces.
    pub fn of_query(force: Option<&str>) -> Self {
        if force.is_none_or(|value| value == "false") { Self::Unfrozen } else { Self::Forced }
    }
}

impl CookbookVersion {
    /// Checks what was sent to `/cookbooks/NAME/VERSION`; `name` and `version` are those of the path.
    pub fn parse(name: &str, version: &str, body: Value, form: Form) -> Result<Self, Error> {
        let parsed = Version::parse(version)?;
        let cookbook = CookbookName::parse(name)?;
        let mut document = crate::document::object(body)?;
        for (key, default) in [
            ("json_class", json!("Chef::CookbookVersion")),
            ("chef_type", json!("cookbook_version")),
            ("frozen?", json!(false)),
        ] {
            document.entry(key).or_insert(default);
        }
        check(&document, name, version, form)?;
        Ok(Self { name: cookbook, version: parsed, document })
    }

    /// What was kept before.
    pub fn restore(name: CookbookName, version: Version, document: Fields) -> Self {
        Self { name, version, document }
    }

    pub fn document(&self) -> &Fields {
        &self.document
    }

    pub fn into_document(self) -> Fields {
        self.document
    }

    pub fn is_frozen(&self) -> bool {
        self.document.get("frozen?").and_then(Value::as_bool).unwrap_or(false)
    }

    /// Frozen once is frozen for good.
    pub fn keep_frozen(&mut self, before: bool) {
        if before {
            self.document.insert("frozen?".to_owned(), json!(true));
        }
    }

    pub fn checksums(&self) -> Vec<String> {
        segments::checksums(&self.document)
    }

    /// Cookbooks that this version needs, as the metadata lists them.
    pub fn dependencies(&self) -> Vec<(String, Constraint)> {
        let listed = self.document.get("metadata").and_then(|metadata| metadata.get("dependencies"));
        let pairs = listed.and_then(Value::as_object).into_iter().flatten();
        pairs.filter_map(|(name, text)| Some((name.clone(), Constraint::parse(text.as_str()?)?))).collect()
    }

    /// The whole document as it is given out.
    pub fn full(&self, form: Form, url: impl Fn(&str) -> String) -> Fields {
        let mut document = self.document.clone();
        if let Some(Value::Object(metadata)) = document.get_mut("metadata") {
            for (key, default) in
                [("attributes", json!({})), ("dependencies", json!({})), ("long_description", json!(""))]
            {
                metadata.entry(key).or_insert(default);
            }
        }
        form.convert(&mut document);
        segments::add_urls(&mut document, url);
        document
    }

    /// What a client needs for a run: without the attributes and the long description of the metadata.
    pub fn minimal(&self, form: Form, url: impl Fn(&str) -> String) -> Fields {
        let mut document = self.document.clone();
        if let Some(Value::Object(metadata)) = document.get_mut("metadata") {
            metadata.shift_remove("attributes");
            metadata.shift_remove("long_description");
            metadata.entry("dependencies").or_insert(json!({}));
        }
        form.convert(&mut document);
        segments::add_urls(&mut document, url);
        document
    }
}

fn check(document: &Fields, name: &str, version: &str, form: Form) -> Result<(), Error> {
    only(document, if form == Form::AllFiles { &KEYS_WITH_ALL_FILES } else { &KEYS })?;
    Field::of(document, "name").required()?.exactly(&format!("{name}-{version}"))?;
    Field::of(document, "cookbook_name").required()?.exactly(name)?;
    Field::of(document, "json_class").exactly("Chef::CookbookVersion")?;
    Field::of(document, "chef_type").exactly("cookbook_version")?;
    if let Some(metadata) = Field::of(document, "metadata").required()?.object()? {
        check_metadata(metadata, version, form)?;
    }
    if form == Form::AllFiles {
        Field::of(document, segments::ALL_FILES).files()?;
    } else {
        for segment in SEGMENTS {
            Field::of(document, segment).files()?;
        }
    }
    Field::of(document, "version").exactly(version)
}

fn check_metadata(metadata: &Fields, version: &str, form: Form) -> Result<(), Error> {
    let field = |key| Field::below("metadata", metadata, key);
    field("version").required()?.exactly(version)?;
    field("name").text_that(crate::name::is_cookbook_name)?;
    for key in ["description", "long_description", "maintainer", "maintainer_email", "license"] {
        field(key).text()?;
    }
    field("platforms").constraints()?;
    field("dependencies").constraints()?;
    if form == Form::Segments {
        for key in ["recommendations", "suggestions", "conflicting", "replacing"] {
            field(key).constraints()?;
        }
        field("groupings").object()?;
    }
    Ok(())
}

/// Text of the refusal to overwrite.
pub fn frozen_text(name: &CookbookName, version: Version) -> String {
    format!("The cookbook {name} at version {version} is frozen. Use the 'force' option to override.")
}

#[cfg(test)]
mod tests;
