//! Where variables, resource defaults and match results live.
//!
//! Scopes stand in one arena and are named by [`ScopeId`]: the top scope, and one for the node
//! block, each class and each defined type that is evaluated. Lambdas and `if` branches push
//! frames onto the scope they stand in.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::known::TypeId;
use crate::regexp::Captures;
use crate::resource::{Parameter, ResourceId};
use crate::value::Value;

mod frame;

pub(crate) use frame::{Frame, ParameterFrame};

/// Names a scope of the compile that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScopeId(u32);

impl ScopeId {
    pub(crate) const TOP: Self = Self(0);
}

/// What a scope belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScopeKind {
    Top,
    Node,
    Class,
    Define,
}

/// Attributes by name, of one resource type.
type Defaults = IndexMap<Arc<str>, Parameter, FxBuildHasher>;

pub(crate) struct Scope {
    pub(crate) kind: ScopeKind,
    pub(crate) parent: Option<ScopeId>,
    /// The scope of the class that this class inherits.
    inherited: Option<ScopeId>,
    /// The nearest top or node scope above.
    enclosing: Option<ScopeId>,
    pub(crate) source: TypeId,
    pub(crate) resource: Option<ResourceId>,
    symbols: FxHashMap<Arc<str>, Value>,
    frames: Vec<Frame>,
    defaults: FxHashMap<Arc<str>, Defaults>,
}

/// What a look-up found.
pub(crate) enum Lookup {
    Found(Value),
    /// The value of a parameter that has none yet.
    Unevaluated(Arc<str>),
    Missing,
}

/// All scopes of a compile.
pub(crate) struct Scopes {
    arena: Vec<Scope>,
    classes: FxHashMap<Arc<str>, ScopeId>,
    has_defaults: bool,
}

impl Scopes {
    /// The top scope alone.
    pub(crate) fn new(main: TypeId) -> Self {
        let top = Scope {
            kind: ScopeKind::Top,
            parent: None,
            inherited: None,
            enclosing: None,
            source: main,
            resource: None,
            symbols: FxHashMap::default(),
            frames: Vec::new(),
            defaults: FxHashMap::default(),
        };
        Self { arena: vec![top], classes: FxHashMap::default(), has_defaults: false }
    }

    pub(crate) fn add(
        &mut self,
        kind: ScopeKind,
        parent: ScopeId,
        inherited: Option<ScopeId>,
        source: TypeId,
        resource: ResourceId,
    ) -> ScopeId {
        let above = self.get(parent);
        let enclosing = match above.kind {
            ScopeKind::Top | ScopeKind::Node => Some(parent),
            ScopeKind::Class | ScopeKind::Define => above.enclosing,
        };
        self.arena.push(Scope {
            kind,
            parent: Some(parent),
            inherited,
            enclosing,
            source,
            resource: Some(resource),
            symbols: FxHashMap::default(),
            frames: Vec::new(),
            defaults: FxHashMap::default(),
        });
        ScopeId(self.arena.len() as u32 - 1)
    }

    pub(crate) fn get(&self, id: ScopeId) -> &Scope {
        &self.arena[id.0 as usize]
    }

    pub(crate) fn get_mut(&mut self, id: ScopeId) -> &mut Scope {
        &mut self.arena[id.0 as usize]
    }

    /// Remembers the scope of a class or node.
    pub(crate) fn set_class(&mut self, name: &Arc<str>, scope: ScopeId) {
        self.classes.insert(name.clone(), scope);
    }

    pub(crate) fn class(&self, name: &str) -> Option<ScopeId> {
        self.classes.get(name).copied()
    }

    /// The value of `$name` as seen from a scope; `name` may be qualified.
    pub(crate) fn lookup(&self, from: ScopeId, name: &str) -> Lookup {
        if let Some(qualified) = name.strip_prefix("::") {
            return self.lookup_qualified(qualified);
        }
        if name.contains("::") {
            return self.lookup_qualified(name);
        }
        let mut next = Some(from);
        while let Some(id) = next {
            let scope = self.get(id);
            match scope.local(name) {
                Lookup::Missing => next = scope.inherited.or(scope.enclosing),
                found => return found,
            }
        }
        Lookup::Missing
    }

    /// Sets the variable that an unqualified name means in a scope anew, when `is_meant` holds of its value; the scope
    /// that it is in.
    pub(crate) fn replace(
        &mut self,
        from: ScopeId,
        name: &str,
        is_meant: impl Fn(&Value) -> bool,
        value: &Value,
    ) -> Option<ScopeId> {
        let mut next = Some(from);
        while let Some(id) = next {
            let scope = self.get_mut(id);
            if let Some(held) = scope.symbols.get_mut(name).filter(|held| is_meant(held)) {
                *held = value.clone();
                return Some(id);
            }
            next = scope.inherited.or(scope.enclosing);
        }
        None
    }

    /// All variables that can be seen from a scope without a qualified name, but those that are undef.
    pub(crate) fn visible(&self, from: ScopeId) -> BTreeMap<Arc<str>, Value> {
        let scope = self.get(from);
        let mut all = scope.enclosing.map(|outer| self.visible(outer)).unwrap_or_default();
        if let Some(inherited) = scope.inherited {
            all.extend(self.visible(inherited));
        }
        all.extend(scope.symbols.iter().map(|(name, value)| (name.clone(), value.clone())));
        for frame in &scope.frames {
            all.extend(frame.entries());
        }
        all.retain(|_, value| !value.is_undef());
        all
    }

    fn lookup_qualified(&self, name: &str) -> Lookup {
        let Some((class, leaf)) = name.rsplit_once("::") else {
            return match self.get(ScopeId::TOP).symbols.get(name) {
                Some(value) => Lookup::Found(value.clone()),
                None => Lookup::Missing,
            };
        };
        let mut next = self.class(class);
        while let Some(id) = next {
            let scope = self.get(id);
            match scope.local(leaf) {
                Lookup::Missing => next = scope.inherited,
                found => return found,
            }
        }
        Lookup::Missing
    }

    /// The node or top scope that a scope lies in.
    pub(crate) fn global(&self, id: ScopeId) -> ScopeId {
        let scope = self.get(id);
        match scope.kind {
            ScopeKind::Top | ScopeKind::Node => id,
            ScopeKind::Class | ScopeKind::Define => match scope.inherited.or(scope.enclosing) {
                Some(next) => self.global(next),
                None => id,
            },
        }
    }

    /// Sets defaults of a type (capitalised) in a scope; answers a name that already has one.
    pub(crate) fn set_default(&mut self, id: ScopeId, type_name: &Arc<str>, parameter: Parameter) -> bool {
        self.has_defaults = true;
        let defaults = self.get_mut(id).defaults.entry(type_name.clone()).or_default();
        if defaults.contains_key(&parameter.name) {
            return false;
        }
        defaults.insert(parameter.name.clone(), parameter);
        true
    }

    /// Defaults of a type as seen from a scope: those of outer scopes first, the nearest value of each.
    pub(crate) fn defaults(&self, id: ScopeId, type_name: &str) -> Defaults {
        if !self.has_defaults {
            return Defaults::default();
        }
        let scope = self.get(id);
        let mut values = match scope.parent {
            Some(parent) => self.defaults(parent, type_name),
            None => Defaults::default(),
        };
        if let Some(own) = scope.defaults.get(type_name) {
            values.extend(own.iter().map(|(name, parameter)| (name.clone(), parameter.clone())));
        }
        values
    }

    /// Whether a scope or one above gives an attribute this very default.
    pub(crate) fn is_default(&self, id: ScopeId, type_name: &str, name: &str, value: &Value) -> bool {
        let mut next = Some(id);
        while let Some(id) = next {
            let scope = self.get(id);
            let own = scope.defaults.get(type_name).and_then(|defaults| defaults.get(name));
            if own.is_some_and(|parameter| parameter.value == *value) {
                return true;
            }
            next = scope.parent;
        }
        false
    }
}

impl Scope {
    /// A variable of this scope alone, frames included.
    fn local(&self, name: &str) -> Lookup {
        for frame in self.frames.iter().rev() {
            match frame.lookup(name) {
                Lookup::Missing => {}
                found => return found,
            }
        }
        match self.symbols.get(name) {
            Some(value) => Lookup::Found(value.clone()),
            None => Lookup::Missing,
        }
    }

    /// Whether an assignment to `$name` here would be a second one.
    pub(crate) fn is_bound(&self, name: &str) -> bool {
        for frame in self.frames.iter().rev() {
            match frame {
                Frame::Local(entries) => return entries.iter().any(|(key, _)| &**key == name),
                Frame::Parameters(parameters) => return parameters.is_bound(name),
                Frame::Match(_) => {}
            }
        }
        self.symbols.contains_key(name)
    }

    /// Sets a variable in the innermost frame that takes one. The caller has asked [`Scope::is_bound`].
    /// Answers `false` where parameters are being evaluated.
    pub(crate) fn set(&mut self, name: Arc<str>, value: Value) -> bool {
        for frame in self.frames.iter_mut().rev() {
            match frame {
                Frame::Local(entries) => {
                    entries.push((name, value));
                    return true;
                }
                Frame::Parameters(parameters) => return parameters.assign(&name, value),
                Frame::Match(_) => {}
            }
        }
        self.symbols.insert(name, value);
        true
    }

    pub(crate) fn level(&self) -> usize {
        self.frames.len()
    }

    pub(crate) fn push(&mut self, frame: Frame) {
        self.frames.push(frame);
    }

    pub(crate) fn pop(&mut self) -> Option<Frame> {
        self.frames.pop()
    }

    pub(crate) fn truncate(&mut self, level: usize) {
        self.frames.truncate(level);
    }

    /// The frame of parameters on top.
    pub(crate) fn parameters(&mut self) -> Option<&mut ParameterFrame> {
        self.frames.iter_mut().rev().find_map(|frame| match frame {
            Frame::Parameters(parameters) => Some(&mut **parameters),
            Frame::Local(_) | Frame::Match(_) => None,
        })
    }

    pub(crate) fn set_match(&mut self, captures: Captures) {
        self.frames.push(Frame::Match(Some(captures)));
    }

    /// Takes all frames off, for code that sees the bare scope; [`Scope::restore`] puts them back.
    pub(crate) fn bare(&mut self) -> Vec<Frame> {
        std::mem::take(&mut self.frames)
    }

    pub(crate) fn restore(&mut self, frames: Vec<Frame>) {
        self.frames = frames;
    }
}
