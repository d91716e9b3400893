use std::time::Duration;

use super::*;
use crate::code::order::Selection;

fn order() -> Order {
    Order { environments: Selection::All, modules: Vec::new(), dry_run: false, who: "root".to_owned() }
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Whether a turn comes at once.
async fn is_free(queue: &Queue, environments: Option<&BTreeSet<String>>) -> bool {
    tokio::time::timeout(Duration::from_millis(20), queue.hold(environments)).await.is_ok()
}

#[tokio::test]
async fn one_environment_is_in_one_deploy_at_a_time() {
    let queue = Queue::new(5);
    let held = queue.hold(Some(&names(&["a", "b"]))).await;
    assert!(!is_free(&queue, Some(&names(&["b", "c"]))).await);
    assert!(is_free(&queue, Some(&names(&["c"]))).await);
    assert!(!is_free(&queue, None).await);
    drop(held);
    let all = queue.hold(None).await;
    assert!(!is_free(&queue, Some(&names(&["c"]))).await);
    drop(all);
    assert!(is_free(&queue, Some(&names(&["a", "b"]))).await);
}

#[tokio::test]
async fn who_waits_is_counted() {
    let queue = Queue::new(1);
    let now = Timestamp::UNIX_EPOCH;
    let first = queue.enter(&order(), now).unwrap();
    assert!(matches!(queue.enter(&order(), now), Err(CodeError::Busy(1))));
    first.start(now);
    let second = queue.enter(&order(), now).unwrap();
    assert_eq!(queue.jobs().iter().map(|job| job.id).collect::<Vec<_>>(), [first.id, second.id]);
    drop(first);
    drop(second);
    assert!(queue.jobs().is_empty());
}
