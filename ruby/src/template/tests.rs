use crate::host::{Host, HostError, Level};
use crate::{Error, Limits, Template, Value};

/// A host with a few variables.
struct Node;

impl Host for Node {
    fn variable(&mut self, name: &str) -> Option<Value> {
        match name {
            "name" => Some(Value::from("web")),
            "ports" => Some(Value::array(vec![Value::Integer(80), Value::Integer(443)])),
            "options" => Some(Value::hash([(Value::from("b"), Value::from("2")), (Value::from("a"), Value::Nil)])),
            _ => None,
        }
    }
    fn lookup(&mut self, name: &str) -> Result<Value, HostError> {
        Ok(self.variable(name).unwrap_or(Value::Nil))
    }
    fn has_variable(&mut self, name: &str) -> bool {
        self.variable(name).is_some()
    }
    fn exists(&mut self, name: &str) -> bool {
        self.has_variable(name)
    }
    fn variables(&mut self) -> Vec<(String, Value)> {
        Vec::new()
    }
    fn set_variable(&mut self, _name: &str, _value: Value) -> Result<(), HostError> {
        Ok(())
    }
    fn call_function(&mut self, name: &str, arguments: Vec<Value>) -> Result<Value, HostError> {
        match name {
            "count" => Ok(Value::from(arguments.len())),
            _ => Err(HostError::Raise { class: "Puppet::ParseError", message: "refused".to_owned() }),
        }
    }
    fn classes(&mut self) -> Vec<String> {
        vec!["main".to_owned()]
    }
    fn catalog_tags(&mut self) -> Vec<String> {
        Vec::new()
    }
    fn scope_tags(&mut self) -> Vec<String> {
        Vec::new()
    }
    fn environment(&mut self) -> String {
        "production".to_owned()
    }
    fn resource(&mut self) -> String {
        String::new()
    }
    fn log(&mut self, _level: Level, _message: String) {}
    fn spend(&mut self, _bytes: usize) -> Result<(), HostError> {
        Ok(())
    }
}

fn render(template: &str) -> Result<String, Error> {
    let limits = Limits { steps: 200_000, depth: 200, bytes: 1 << 20 };
    Template::parse(template, None)?.render(&mut Node, limits)
}

/// Compared with `ERB.new(template, trim_mode: '-').result` of Ruby 3.1.
#[test]
fn renders_as_ruby_does() {
    let cases = [
        ("a <%= @name %>\n<%- if @missing -%>\nx\n<%- else -%>\ny\n<%- end -%>\n", "a web\ny\n"),
        ("<% @ports.each_with_index do |p, i| %><%= i %>:<%= p %> <% end %>", "0:80 1:443 "),
        ("<%= @options.sort.map { |k, v| \"#{k}=#{v.inspect}\" }.join(',') %>", "a=nil,b=\"2\""),
        ("<% a, (b, *c) = 1, [2, 3, 4] %><%= [a, b, c].inspect %>", "[1, 2, [3, 4]]"),
        ("<%= @ports.inject(0) { |s, p| s + p } %> <%= @ports.map(&:to_s).inspect %>", "523 [\"80\", \"443\"]"),
        ("<%= 'a-b_c'.gsub(/[-_](.)/) { $1.upcase } %> <%= 'x' =~ /y/ ? 1 : 2 %>", "aBC 2"),
        ("<%= '%-5s|%03d|%.2f' % ['ab', 7, 1.5] %>", "ab   |007|1.50"),
        ("<% x = 'a'; y = x; y << 'b' %><%= x %>", "ab"),
        ("<% def twice(n, by = 2) n * by end %><%= twice 4 %><%= twice(4, 3) %>", "812"),
        ("<% case @name when /^w(.*)/ then %><%= $1 %><% else %>no<% end %>", "eb"),
        (
            "<% begin; Integer('x'); rescue ArgumentError => e %><%= e.message %><% end %>",
            "invalid value for Integer(): \"x\"",
        ),
        ("<%= [3,1,2].sort { |a, b| b <=> a }.first(2).inspect %>", "[3, 2]"),
        ("<%= @ports.each { |p| break p if p > 80 } %> <%= defined?(zip).inspect %>", "443 nil"),
        ("<%= scope['name'] %> <%= scope.function_count([[1, 2]]) %> <%= has_variable?('none') %>", "web 1 false"),
        ("<% i = 0; while i < 3 do i += 1; next if i == 2 %><%= i %><% end %>", "13"),
        ("<% text = <<~END\n  a\n    b\nEND\n%><%= text %>", "a\n  b\n"),
        ("<%= -7 / 2 %> <%= -7 % 3 %> <%= 2**10 %> <%= 1e20 %> <%= 'az'.succ %>", "-4 2 1024 1.0e+20 ba"),
        ("<%= {'a' => 1, b: [nil, true]} %>", "{\"a\"=>1, :b=>[nil, true]}"),
        ("<%= ['', 'x'].include?@name.downcase %> <%= @name.start_with?'w' %>", "false true"),
        ("<%= @ports.map.with_index(1) { |p, i| p * i }.inspect %>", "[80, 886]"),
        ("<% h = {} %><% @ports.map.each_with_index { |p, i| h[i + 1] = p } %><%= h %>", "{1=>80, 2=>443}"),
        ("<% {'a' => 1}.each.with_index { |(k, v), i| %><%= k %><%= v %><%= i %><% } %>", "a10"),
        ("<%= @ports.each_with_index.map { |p, i| p - i }.inspect %>", "[80, 442]"),
        ("<%= @ports.map.with_index { |p, i| break i if p > 80 } %>", "1"),
        ("<% @extra = nil %><%= defined?(@extra) %> <%= defined?(@missing).inspect %>", "instance-variable nil"),
        ("<%= File.join('a/', ['/b', '//c'], '', 'd') %> <%= File.join %>", "a/b//c/d "),
        (
            "<%= %w[/a/b.c a//b// / //a//b //a /].push('').map { |p| [File.basename(p), File.dirname(p)] }.inspect %>",
            r#"[["b.c", "/a"], ["b", "a"], ["/", "/"], ["b", "/a"], ["a", "/"], ["/", "/"], ["", "."]]"#,
        ),
        ("<%= JSON.parse('{\"a\": [1, 2.5, null, \"\\u00e9\"]}').inspect %>", "{\"a\"=>[1, 2.5, nil, \"é\"]}"),
        (
            "<% begin; JSON.parse('one'); rescue JSON::ParserError => e %><%= e.message %><% end %>",
            "unexpected token at 'one'",
        ),
        (
            "<%= 'a,b,,c,,'.split(',').inspect %> <%= ' a  b '.split.inspect %>",
            "[\"a\", \"b\", \"\", \"c\"] [\"a\", \"b\"]",
        ),
        ("<% n = 'A' %><%= ['a'].include?n.downcase %> <%= ! ['', 'b'].include?n %>", "true true"),
    ];
    for (template, wanted) in cases {
        assert_eq!(render(template).as_deref(), Ok(wanted), "{template}");
    }
}

#[test]
fn errors_are_rubys() {
    let cases = [
        ("\n<%= @none.foo %>", 2, "undefined method `foo' for nil:NilClass"),
        ("<%= 'x'.foo %>", 1, "undefined method `foo' for \"x\":String"),
        ("<%= 1 + nil %>", 1, "nil can't be coerced into Integer"),
        ("<%= 'a' + 1 %>", 1, "no implicit conversion of Integer into String"),
        ("\n\n<% raise 'no' %>", 3, "no"),
        ("<%= scope.function_fail(['x']) %>", 1, "refused"),
    ];
    for (template, line, wanted) in cases {
        match render(template) {
            Err(Error::Raised { line: found, message, .. }) => {
                assert_eq!((found, message.as_str()), (line, wanted), "{template}");
            }
            other => panic!("{template}: {other:?}"),
        }
    }
}

#[test]
fn what_is_beyond_names_itself() {
    assert!(matches!(render("\n<% class A; end %>"), Err(Error::Unsupported { line: 2, .. })));
    assert!(matches!(render("<%= 'a'.unpack('C') %>"), Err(Error::Unsupported { line: 1, .. })));
    assert!(matches!(render("<% if %>"), Err(Error::Syntax { .. })));
}

#[test]
fn bad_input_is_bounded() {
    let deep = format!("<%= {}1{} %>", "(".repeat(5000), ")".repeat(5000));
    let templates = [
        "<% loop { } %>",
        "<% a = 'x'; loop { a << a } %>",
        "<%= 'x' * 10**15 %>",
        "<% def f; f; end; f %>",
        "<% a = []; 100000.times { a = [a] } %><%= a.inspect.size %>",
        "<%= (1..10**12).to_a.size %>",
        deep.as_str(),
    ];
    for template in templates {
        let outcome = std::thread::scope(|scope| {
            let render = || render(template).is_err();
            std::thread::Builder::new()
                .stack_size(64 << 20)
                .spawn_scoped(scope, render)
                .map(std::thread::ScopedJoinHandle::join)
        });
        assert!(matches!(outcome, Ok(Ok(_))), "{template}");
    }
}
