use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use super::to_its_end;

#[actix_web::test]
async fn work_goes_on_when_nobody_waits_for_it() {
    let done = Rc::new(Cell::new(false));
    let theirs = done.clone();
    let work = to_its_end(async move {
        actix_web::rt::time::sleep(Duration::from_millis(50)).await;
        theirs.set(true);
    });
    assert!(actix_web::rt::time::timeout(Duration::from_millis(1), work).await.is_err(), "the caller has gone");
    for _ in 0..500 {
        if done.get() {
            return;
        }
        actix_web::rt::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the work was dropped");
}
