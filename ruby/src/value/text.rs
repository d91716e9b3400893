//! Strings.

use std::cell::{Ref, RefCell};
use std::sync::Arc;

/// A string that can change. Nothing of the caller runs while it is read or changed.
pub struct Text(RefCell<Body>);

enum Body {
    /// As it was given.
    Shared(Arc<str>),
    Own(String),
}

impl Text {
    pub fn new(text: Arc<str>) -> Self {
        Self(RefCell::new(Body::Shared(text)))
    }

    pub fn read(&self) -> Ref<'_, str> {
        Ref::map(self.0.borrow(), |body| match body {
            Body::Shared(text) => &**text,
            Body::Own(text) => text.as_str(),
        })
    }

    /// The text as it is now.
    pub fn shared(&self) -> Arc<str> {
        match &*self.0.borrow() {
            Body::Shared(text) => text.clone(),
            Body::Own(text) => text.as_str().into(),
        }
    }

    pub fn len(&self) -> usize {
        self.read().len()
    }

    pub fn is_empty(&self) -> bool {
        self.read().is_empty()
    }

    pub fn set(&self, text: String) {
        *self.0.borrow_mut() = Body::Own(text);
    }

    pub fn push(&self, more: &str) {
        self.change(|text| text.push_str(more));
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut String)) {
        let mut body = self.0.borrow_mut();
        if let Body::Shared(text) = &*body {
            *body = Body::Own(text.to_string());
        }
        if let Body::Own(text) = &mut *body {
            change(text);
        }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(RefCell::new(Body::Own(text)))
    }
}
