//! Trees in PN, the language's own notation for them: `(= (var "a") 1)`.

mod definition;
mod value;

#[cfg(test)]
mod tests;

use crate::ast::{
    AssignOp, AttributeOperation, AttributeOperationKind, Call, Case, Collect, Conditional, Expr, ExprKind, Lambda,
    Program, Radix, RelationshipOp, ResourceBody, ResourceForm, Selector,
};
pub(crate) use value::float;
use value::quote;

/// The whole program on one line.
pub fn print(program: &Program) -> String {
    print_expr(&program.body)
}

/// One expression on one line.
pub fn print_expr(expr: &Expr) -> String {
    let mut printer = Printer { out: String::new() };
    printer.expr(expr);
    printer.out
}

struct Printer {
    out: String,
}

impl Printer {
    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Nop => self.text("(nop)"),
            ExprKind::Undef => self.text("nil"),
            ExprKind::Default => self.text("(default)"),
            ExprKind::Boolean(value) => self.text(if *value { "true" } else { "false" }),
            ExprKind::Integer { value, radix } => self.integer(*value, *radix),
            ExprKind::Float(value) => self.out.push_str(&float(*value)),
            ExprKind::String(text) => self.quoted(text),
            ExprKind::Regexp(pattern) => self.named("regexp", pattern),
            ExprKind::QualifiedName(name) => self.named("qn", name),
            ExprKind::QualifiedReference(name) => self.named("qr", name),
            ExprKind::ReservedWord { word, .. } => self.named("reserved", word),
            ExprKind::Variable(name) => self.named("var", name),
            ExprKind::RenderString(text) => self.named("render-s", text),
            ExprKind::Concatenated(segments) => self.call("concat", segments),
            ExprKind::Array(values) => self.call("array", values),
            ExprKind::Block(statements) => self.call("block", statements),
            ExprKind::Text(inner) => self.wrap("str", inner),
            ExprKind::Parenthesized(inner) => self.wrap("paren", inner),
            ExprKind::Not(inner) => self.wrap("!", inner),
            ExprKind::Unfold(inner) => self.wrap("unfold", inner),
            ExprKind::Render(inner) => self.wrap("render", inner),
            ExprKind::UnaryMinus(inner) => self.minus(inner),
            ExprKind::Binary { op, left, right } => self.pair(op.symbol(), left, right),
            ExprKind::Assignment { op, left, right } => self.pair(assignment(*op), left, right),
            ExprKind::Relationship { op, left, right } => self.pair(relationship(*op), left, right),
            ExprKind::NamedAccess { left, right } => self.pair(".", left, right),
            ExprKind::Access { left, keys } => self.access(left, keys),
            ExprKind::Heredoc { syntax, text } => self.heredoc(syntax, text),
            ExprKind::Hash(entries) => {
                self.text("(hash");
                for entry in entries {
                    self.text(" ");
                    self.pair("=>", &entry.key, &entry.value);
                }
                self.text(")");
            }
            ExprKind::Call(call) => self.function_call(call, if call.rvalue { "call" } else { "invoke" }),
            ExprKind::CallMethod(call) => {
                self.function_call(call, if call.rvalue { "call-method" } else { "invoke-method" });
            }
            ExprKind::If(conditional) => self.conditional("if", conditional),
            ExprKind::Unless(conditional) => self.conditional("unless", conditional),
            ExprKind::Case(case) => self.case(case),
            ExprKind::Selector(selector) => self.selector(selector),
            ExprKind::Resource(resource) => {
                self.text("(resource {:type ");
                self.expr(&resource.type_name);
                self.text(" :bodies [");
                self.separated(&resource.bodies, Self::resource_body);
                self.text("]");
                self.form(resource.form);
            }
            ExprKind::ResourceDefaults(defaults) => {
                self.text("(resource-defaults {:type ");
                self.expr(&defaults.type_ref);
                self.operations(&defaults.operations);
                self.form(defaults.form);
            }
            ExprKind::ResourceOverride(over) => {
                self.text("(resource-override {:resources ");
                self.expr(&over.resources);
                self.operations(&over.operations);
                self.form(over.form);
            }
            ExprKind::Collect(collect) => self.collect(collect),
            ExprKind::Definition(definition) => self.definition(definition),
            ExprKind::Epp { parameters, body, .. } => self.template(parameters, body),
            ExprKind::Apply { arguments, body } => {
                self.text("(apply {:args [");
                self.separated(arguments, Self::expr);
                self.text("]");
                self.body("body", body);
                self.text("})");
            }
        }
    }

    fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn quoted(&mut self, text: &str) {
        quote(text, &mut self.out);
    }

    /// `(name "text")`
    fn named(&mut self, name: &str, text: &str) {
        self.text("(");
        self.text(name);
        self.text(" ");
        self.quoted(text);
        self.text(")");
    }

    fn call(&mut self, name: &str, elements: &[Expr]) {
        self.text("(");
        self.text(name);
        for element in elements {
            self.text(" ");
            self.expr(element);
        }
        self.text(")");
    }

    fn wrap(&mut self, name: &str, inner: &Expr) {
        self.call(name, std::slice::from_ref(inner));
    }

    fn pair(&mut self, name: &str, left: &Expr, right: &Expr) {
        self.text("(");
        self.text(name);
        self.text(" ");
        self.expr(left);
        self.text(" ");
        self.expr(right);
        self.text(")");
    }

    fn separated<T>(&mut self, items: &[T], print: fn(&mut Self, &T)) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.text(" ");
            }
            print(self, item);
        }
    }

    fn integer(&mut self, value: i64, radix: Radix) {
        let radix = match radix {
            Radix::Decimal => return self.text(&value.to_string()),
            Radix::Octal => 8,
            Radix::Hexadecimal => 16,
        };
        self.text(&format!("(int {{:radix {radix} :value {value}}})"));
    }

    fn minus(&mut self, inner: &Expr) {
        match &inner.kind {
            ExprKind::Integer { value, .. } => self.text(&format!("{}", -i128::from(*value))),
            ExprKind::Float(value) => self.out.push_str(&float(-value)),
            _ => self.wrap("-", inner),
        }
    }

    fn access(&mut self, left: &Expr, keys: &[Expr]) {
        self.text("(access ");
        self.expr(left);
        for key in keys {
            self.text(" ");
            self.expr(key);
        }
        self.text(")");
    }

    fn heredoc(&mut self, syntax: &str, text: &Expr) {
        self.text("(heredoc {");
        if !syntax.is_empty() {
            self.text(":syntax ");
            self.quoted(syntax);
            self.text(" ");
        }
        self.text(":text ");
        self.expr(text);
        self.text("})");
    }

    fn function_call(&mut self, call: &Call, name: &str) {
        self.text("(");
        self.text(name);
        self.text(" {:functor ");
        self.expr(&call.functor);
        self.text(" :args [");
        self.separated(&call.arguments, Self::expr);
        self.text("]");
        if let Some(lambda) = &call.lambda {
            self.text(" :block ");
            self.lambda(lambda);
        }
        self.text("})");
    }

    fn lambda(&mut self, lambda: &Lambda) {
        self.text("(lambda {");
        let start = self.out.len();
        self.parameters(&lambda.parameters);
        if let Some(return_type) = &lambda.return_type {
            self.text(" :returns ");
            self.expr(return_type);
        }
        self.body("body", &lambda.body);
        // The first entry has no blank before it.
        if self.out[start..].starts_with(' ') {
            self.out.remove(start);
        }
        self.text("})");
    }

    /// ` :name [statements]`, or nothing for an empty body.
    fn body(&mut self, name: &str, body: &Expr) {
        if !matches!(body.kind, ExprKind::Nop) {
            self.statements(name, body);
        }
    }

    fn statements(&mut self, name: &str, body: &Expr) {
        self.text(" :");
        self.text(name);
        self.text(" [");
        match &body.kind {
            ExprKind::Block(statements) => self.separated(statements, Self::expr),
            _ => self.expr(body),
        }
        self.text("]");
    }

    fn conditional(&mut self, name: &str, conditional: &Conditional) {
        self.text("(");
        self.text(name);
        self.text(" {:test ");
        self.expr(&conditional.test);
        self.body("then", &conditional.then);
        self.body("else", &conditional.otherwise);
        self.text("})");
    }

    fn case(&mut self, case: &Case) {
        self.text("(case ");
        self.expr(&case.test);
        self.text(" [");
        self.separated(&case.options, |printer, option| {
            printer.text("{:when [");
            printer.separated(&option.values, Self::expr);
            printer.text("]");
            printer.statements("then", &option.then);
            printer.text("}");
        });
        self.text("])");
    }

    fn selector(&mut self, selector: &Selector) {
        self.text("(? ");
        self.expr(&selector.left);
        self.text(" [");
        self.separated(&selector.entries, |printer, entry| printer.pair("=>", &entry.matching, &entry.value));
        self.text("])");
    }

    fn resource_body(&mut self, body: &ResourceBody) {
        self.text("{:title ");
        self.expr(&body.title);
        self.operations(&body.operations);
        self.text("}");
    }

    fn operations(&mut self, operations: &[AttributeOperation]) {
        self.text(" :ops [");
        self.separated(operations, Self::operation);
        self.text("]");
    }

    fn operation(&mut self, operation: &AttributeOperation) {
        let (operator, name, value) = match &operation.kind {
            AttributeOperationKind::Set { name, value } => ("(=> ", name, value),
            AttributeOperationKind::Append { name, value } => ("(+> ", name, value),
            AttributeOperationKind::Splat { value } => return self.wrap("splat-hash", value),
        };
        self.text(operator);
        self.quoted(name);
        self.text(" ");
        self.expr(value);
        self.text(")");
    }

    /// The end of a resource, with its form unless that is the usual one.
    fn form(&mut self, form: ResourceForm) {
        self.text(match form {
            ResourceForm::Regular => "})",
            ResourceForm::Virtual => " :form \"virtual\"})",
            ResourceForm::Exported => " :form \"exported\"})",
        });
    }

    fn collect(&mut self, collect: &Collect) {
        self.text("(collect {:type ");
        self.expr(&collect.type_expr);
        let name = if collect.query.exported { "exported-query" } else { "virtual-query" };
        self.text(" :query ");
        match &collect.query.expr.kind {
            ExprKind::Nop => self.call(name, &[]),
            _ => self.wrap(name, &collect.query.expr),
        }
        if !collect.operations.is_empty() {
            self.operations(&collect.operations);
        }
        self.text("})");
    }
}

const fn assignment(op: AssignOp) -> &'static str {
    match op {
        AssignOp::Set => "=",
        AssignOp::Append => "+=",
        AssignOp::Remove => "-=",
    }
}

const fn relationship(op: RelationshipOp) -> &'static str {
    match op {
        RelationshipOp::Before => "->",
        RelationshipOp::Notify => "~>",
        RelationshipOp::After => "<-",
        RelationshipOp::Subscribe => "<~",
    }
}
