use std::time::Duration;

use prometheus::IntGauge;

use super::{Pool, PoolError, Shape};

const LONG: Duration = Duration::from_mins(1);

fn pool(threads: usize, queue: usize) -> Pool {
    let gauge = || IntGauge::new("g", "g").unwrap();
    let shape = Shape { name: "test", threads, queue, stack: 1 << 20, waiting: gauge(), running: gauge() };
    Pool::start(shape).unwrap()
}

#[actix_web::test]
async fn a_result_comes_back() {
    assert_eq!(pool(1, 1).run(LONG, |_, _| 7).await, Ok(7));
}

#[actix_web::test]
async fn a_panic_ends_one_job_only() {
    let pool = pool(1, 1);
    let panicked = pool.run(LONG, |_, _| -> () { panic!("boom") }).await;
    assert!(matches!(panicked, Err(PoolError::Panicked(text)) if text.contains("boom")));
    assert_eq!(pool.run(LONG, |_, _| 1).await, Ok(1));
}

#[actix_web::test]
async fn a_full_queue_refuses_at_once() {
    let pool = pool(1, 1);
    let (release, held) = std::sync::mpsc::channel::<()>();
    let (started, running) = tokio::sync::oneshot::channel();
    let first = pool.run(LONG, move |_, _| {
        let _ = started.send(());
        let _ = held.recv();
    });
    let rest = async {
        running.await.unwrap();
        let second = pool.run(LONG, |_, _| 2);
        let third = async {
            let refused = pool.run(LONG, |_, _| 3).await;
            release.send(()).unwrap();
            refused
        };
        futures_util::future::join(second, third).await
    };
    let (first, (second, third)) = futures_util::future::join(first, rest).await;
    assert_eq!((first, second, third), (Ok(()), Ok(2), Err(PoolError::Full)));
}

#[actix_web::test]
async fn nobody_waits_longer_than_allowed_and_the_job_hears_of_it() {
    let pool = pool(1, 1);
    let (told, hears) = std::sync::mpsc::channel();
    let result = pool
        .run(Duration::from_millis(20), move |cancel, _| {
            while !cancel.is_set() {
                std::thread::sleep(Duration::from_millis(1));
            }
            told.send(()).unwrap();
        })
        .await;
    assert_eq!(result, Err(PoolError::TimedOut(Duration::from_millis(20))));
    assert!(hears.recv_timeout(LONG).is_ok());
}

#[actix_web::test]
async fn a_job_is_not_begun_when_who_asked_has_gone() {
    let pool = pool(1, 2);
    let (release, held) = std::sync::mpsc::channel::<()>();
    let (begun, begins) = std::sync::mpsc::channel();
    let first = pool.run(LONG, move |_, _| {
        let _ = held.recv();
    });
    let rest = async {
        let abandoned = pool.run(LONG, move |_, _| begun.send(()).unwrap());
        assert!(actix_web::rt::time::timeout(Duration::from_millis(20), abandoned).await.is_err());
        release.send(()).unwrap();
        pool.run(LONG, |_, _| 3).await
    };
    let (first, third) = futures_util::future::join(first, rest).await;
    assert_eq!((first, third), (Ok(()), Ok(3)));
    assert!(begins.try_recv().is_err());
}
