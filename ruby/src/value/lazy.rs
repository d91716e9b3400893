//! What is made when it is first asked for.

use std::cell::{Ref, RefCell, RefMut};

pub(super) struct Lazy<T, M> {
    body: RefCell<Body<T, M>>,
}

enum Body<T, M> {
    Waiting(Option<M>),
    Ready(T),
}

impl<T: Default, M> Lazy<T, M> {
    pub(super) fn ready(value: T) -> Self {
        Self { body: RefCell::new(Body::Ready(value)) }
    }

    pub(super) fn waiting(make: M) -> Self {
        Self { body: RefCell::new(Body::Waiting(Some(make))) }
    }

    pub(super) fn read(&self, make: impl FnOnce(M) -> T) -> Ref<'_, T> {
        if matches!(&*self.body.borrow(), Body::Waiting(_)) {
            drop(self.write(make));
        }
        Ref::map(self.body.borrow(), |body| match body {
            Body::Ready(value) => value,
            Body::Waiting(_) => unreachable!("it has just been made"),
        })
    }

    pub(super) fn write(&self, make: impl FnOnce(M) -> T) -> RefMut<'_, T> {
        RefMut::map(self.body.borrow_mut(), |body| {
            if let Body::Waiting(waiting) = body {
                *body = Body::Ready(waiting.take().map(make).unwrap_or_default());
            }
            match body {
                Body::Ready(value) => value,
                Body::Waiting(_) => unreachable!("it has just been made"),
            }
        })
    }

    pub(super) fn is_ready(&self) -> bool {
        matches!(&*self.body.borrow(), Body::Ready(_))
    }

    /// The value, if it has been made.
    pub(super) fn into_ready(self) -> Option<T> {
        match self.body.into_inner() {
            Body::Ready(value) => Some(value),
            Body::Waiting(_) => None,
        }
    }
}
