//! Classes, defined types and nodes that a compile knows: those of the site manifests, and of
//! every module file that was loaded on the way.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use syntax::ast::{ClassDefinition, DefineDefinition, Definition, Expr, ExprKind, NodeDefinition, Parameter, Program};
use syntax::source::{Source, Span};

use crate::error::{Error, Failure, Location};
use crate::regexp::{Captures, Regexp};
use crate::signature;

/// Names a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TypeId(u32);

impl TypeId {
    /// The class of all top-scope code.
    pub(crate) const MAIN: Self = Self(0);
    /// The class of `$settings::`.
    pub(crate) const SETTINGS: Self = Self(1);
}

/// A class, define or node with what is known of it.
pub(crate) struct Known {
    /// In lower case: `a::b`, `__node_regexp__web`, empty for the main class.
    pub(crate) name: Arc<str>,
    pub(crate) module: Arc<str>,
    /// The class that it inherits.
    pub(crate) parent: Option<Arc<str>>,
    pub(crate) body: Body,
    /// A collector changed resources in its name: it may override everything from then on.
    pub(crate) overrides: bool,
    /// The types of its parameters, once they were needed.
    pub(crate) signature: Option<Arc<[signature::Parameter]>>,
}

#[derive(Clone)]
pub(crate) enum Body {
    Main,
    Settings,
    Class(Arc<ClassDefinition>),
    Define(Arc<DefineDefinition>),
    Node(Arc<NodeDefinition>, Option<Arc<Regexp>>),
}

impl Body {
    pub(crate) fn parameters(&self) -> &[Parameter] {
        match self {
            Self::Class(class) => &class.parameters,
            Self::Define(define) => &define.parameters,
            Self::Main | Self::Settings | Self::Node(..) => &[],
        }
    }

    /// What is evaluated, and the text it stands in.
    pub(crate) fn code(&self) -> Option<(&Expr, &Arc<Source>)> {
        match self {
            Self::Class(class) => Some((&class.body, &class.source)),
            Self::Define(define) => Some((&define.body, &define.source)),
            Self::Node(node, _) => Some((&node.body, &node.source)),
            Self::Main | Self::Settings => None,
        }
    }

    pub(crate) fn place(&self) -> Option<(Span, &Arc<Source>)> {
        match self {
            Self::Class(class) => Some((class.span, &class.source)),
            Self::Define(define) => Some((define.span, &define.source)),
            Self::Node(node, _) => Some((node.span, &node.source)),
            Self::Main | Self::Settings => None,
        }
    }
}

/// All definitions of a compile.
pub(crate) struct KnownTypes {
    types: Vec<Known>,
    classes: FxHashMap<Arc<str>, TypeId>,
    defines: FxHashMap<Arc<str>, TypeId>,
    nodes: FxHashMap<Arc<str>, TypeId>,
    node_list: Vec<TypeId>,
    loaded: FxHashSet<Box<str>>,
}

impl KnownTypes {
    pub(crate) fn new() -> Self {
        let mut known = Self {
            types: Vec::new(),
            classes: FxHashMap::default(),
            defines: FxHashMap::default(),
            nodes: FxHashMap::default(),
            node_list: Vec::new(),
            loaded: FxHashSet::default(),
        };
        known.push("".into(), "".into(), None, Body::Main);
        let settings = known.push("settings".into(), "".into(), None, Body::Settings);
        known.classes.insert("settings".into(), settings);
        known
    }

    pub(crate) fn get(&self, id: TypeId) -> &Known {
        &self.types[id.0 as usize]
    }

    pub(crate) fn get_mut(&mut self, id: TypeId) -> &mut Known {
        &mut self.types[id.0 as usize]
    }

    pub(crate) fn class(&self, name: &str) -> Option<TypeId> {
        self.classes.get(name).copied()
    }

    pub(crate) fn define(&self, name: &str) -> Option<TypeId> {
        self.defines.get(name).copied()
    }

    pub(crate) fn has_nodes(&self) -> bool {
        !self.node_list.is_empty()
    }

    /// The node block for a name, with what its pattern matched.
    pub(crate) fn node(&self, name: &str) -> Result<Option<(TypeId, Option<Captures>)>, Failure> {
        if let Some(id) = self.nodes.get(name) {
            return Ok(Some((*id, None)));
        }
        for id in &self.node_list {
            if let Body::Node(_, Some(pattern)) = &self.get(*id).body
                && let Some(captures) = pattern.captures(name)?
            {
                return Ok(Some((*id, Some(captures))));
            }
        }
        Ok(None)
    }

    /// Marks a file as loaded; answers `false` when it was already.
    pub(crate) fn start_loading(&mut self, file: &str) -> bool {
        self.loaded.insert(file.into())
    }

    /// Adds the classes, defines and nodes of a file. A name that is taken is an error.
    pub(crate) fn add(&mut self, program: &Program, module: &Arc<str>) -> Result<(), Error> {
        for definition in &program.definitions {
            match definition {
                Definition::Class(class) => self.add_class(class, module)?,
                Definition::Define(define) => self.add_define(define, module)?,
                Definition::Node(node) => self.add_node(node, module)?,
                Definition::Function(_)
                | Definition::Plan(_)
                | Definition::TypeAlias(_)
                | Definition::TypeMapping(_)
                | Definition::TypeDefinition(_) => {}
            }
        }
        Ok(())
    }

    /// Whether `child` is `of` or inherits from it; a definition in whose name a collector
    /// overrode is a child of all.
    pub(crate) fn is_child(&self, child: TypeId, of: TypeId) -> bool {
        let mut next = child;
        loop {
            let known = self.get(next);
            if known.overrides {
                return true;
            }
            match known.parent.as_deref().and_then(|parent| self.class(parent)) {
                Some(parent) if parent == of => return true,
                // A ring of classes would never end.
                Some(parent) if parent != child => next = parent,
                _ => return false,
            }
        }
    }

    fn add_class(&mut self, class: &Arc<ClassDefinition>, module: &Arc<str>) -> Result<(), Error> {
        let name = lower(&class.name);
        let body = Body::Class(class.clone());
        let parent = class.parent.as_ref().map(|parent| lower(parent.trim_start_matches("::")));
        if let Some(other) = self.class(&name) {
            return Err(
                self.taken(&body, format!("Class '{name}' is already defined{}; cannot redefine", self.context(other)))
            );
        }
        if let Some(other) = self.define(&name) {
            let text = format!(
                "Definition '{name}' is already defined{}; cannot be redefined as a class",
                self.context(other)
            );
            return Err(self.taken(&body, text));
        }
        let id = self.push(name.clone(), module.clone(), parent, body);
        self.classes.insert(name, id);
        Ok(())
    }

    fn add_define(&mut self, define: &Arc<DefineDefinition>, module: &Arc<str>) -> Result<(), Error> {
        let name = lower(&define.name);
        let body = Body::Define(define.clone());
        if let Some(other) = self.class(&name) {
            let context = self.context(other);
            return Err(self.taken(
                &body,
                format!("'{name}' is already defined{context} as a class; cannot redefine as a definition"),
            ));
        }
        if let Some(other) = self.define(&name) {
            let text = format!("Definition '{name}' is already defined{}; cannot be redefined", self.context(other));
            return Err(self.taken(&body, text));
        }
        let id = self.push(name.clone(), module.clone(), None, body);
        self.defines.insert(name, id);
        Ok(())
    }

    fn add_node(&mut self, node: &Arc<NodeDefinition>, module: &Arc<str>) -> Result<(), Error> {
        for matching in &node.matches {
            let (name, pattern) = match &matching.kind {
                ExprKind::Regexp(pattern) => {
                    let compiled = Regexp::shared(pattern)
                        .map_err(|failure| self.taken(&Body::Node(node.clone(), None), failure.message))?;
                    (regexp_name(pattern), Some(compiled))
                }
                ExprKind::Default => ("default".into(), None),
                ExprKind::String(name) | ExprKind::QualifiedName(name) => (lower(name), None),
                _ => (lower(node.source.slice(matching.span)), None),
            };
            let body = Body::Node(node.clone(), pattern);
            if let Some(other) = self.nodes.get(&name) {
                let text = format!("Node '{name}' is already defined{}; cannot redefine", self.context(*other));
                return Err(self.taken(&body, text));
            }
            let id = self.push(name.clone(), module.clone(), None, body);
            self.nodes.insert(name, id);
            self.node_list.push(id);
        }
        Ok(())
    }

    fn push(&mut self, name: Arc<str>, module: Arc<str>, parent: Option<Arc<str>>, body: Body) -> TypeId {
        self.types.push(Known { name, module, parent, body, overrides: false, signature: None });
        TypeId(self.types.len() as u32 - 1)
    }

    /// ` (file: …, line: …)` of a definition.
    fn context(&self, id: TypeId) -> String {
        match self.get(id).body.place() {
            Some((span, source)) => format!(" {}", Location::line_of(source, span.start)),
            None => String::new(),
        }
    }

    #[expect(clippy::unused_self, reason = "reads as what the list says")]
    fn taken(&self, body: &Body, message: String) -> Error {
        let position = body.place().map(|(span, source)| Location::line_of(source, span.start));
        Error { issue_code: crate::error::RUNTIME_ERROR, message, position }
    }
}

/// How a node block with a pattern is called in the catalog.
fn regexp_name(pattern: &str) -> Arc<str> {
    let kept: String = pattern
        .to_lowercase()
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':' | '.'))
        .collect();
    format!("__node_regexp__{}", kept.trim_start_matches('.')).into()
}

fn lower(name: &str) -> Arc<str> {
    name.to_lowercase().into()
}
