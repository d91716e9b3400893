use super::{Explanation, LocationKind, Node};
use crate::data;
use crate::value::Value;

fn provider(name: &str) -> Node {
    Node::Provider { name: name.to_owned(), configuration: Some("/env/hiera.yaml".into()), module: None }
}

fn sample() -> Explanation {
    let mut tree = Explanation::default();
    tree.push(Node::Top("k".into()));
    tree.push(Node::Merge { strategy: "deep", options: Some(data::yaml("{knockout_prefix: '--'}").unwrap()) });
    tree.push(provider("Environment Data Provider (hiera configuration version 5)"));
    tree.push(Node::Location { kind: LocationKind::Path, original: "x.yaml".into(), resolved: "/env/x.yaml".into() });
    tree.found("k", &data::yaml("{a: [1, ~], b: {}}").unwrap());
    tree.pop();
    tree.pop();
    tree.push(provider("Module \"m\" Data Provider (hiera configuration version 5)"));
    tree.text("said by a function".to_owned());
    tree.not_found("k");
    tree.pop();
    tree.result(&Value::from("all"));
    tree.pop();
    tree.pop();
    tree
}

#[test]
fn the_text_is_indented_by_branches() {
    let text = sample().to_text();
    let expected = r#"Searching for "k"
  Merge strategy deep
    Options: {
      "knockout_prefix" => "--"
    }
    Environment Data Provider (hiera configuration version 5)
      Using configuration "/env/hiera.yaml"
      Path "/env/x.yaml"
        Original path: "x.yaml"
        Found key: "k" value: {
          "a" => [
            1,
            nil
          ],
          "b" => {}
        }
    Module "m" Data Provider (hiera configuration version 5)
      Using configuration "/env/hiera.yaml"
      No such key: "k"
      said by a function
    Merged result: "all"
"#;
    assert_eq!(text, expected);
}

#[test]
fn a_single_branch_stands_for_the_whole() {
    let data = sample().to_data().value();
    assert_eq!(data.get("type"), Some(&Value::from("root")));
    let merge = &data.get("branches").and_then(Value::as_array).unwrap()[0];
    assert_eq!(merge.get("event"), Some(&Value::from("result")));
    assert_eq!(merge.get("merge"), Some(&Value::from("deep")));
}
