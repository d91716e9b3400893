use std::time::Duration;

use actix_web::dev::Extensions;
use prometheus::IntGauge;

use super::{Connection, Connections};

#[test]
fn connections_are_counted_while_they_are_open() {
    let gauge = IntGauge::new("g", "g").unwrap();
    let all = Connections::new(gauge.clone(), Duration::ZERO, Duration::ZERO);
    let mut data = Extensions::new();
    all.note(&(), &mut data);
    assert_eq!((gauge.get(), all.0.lock().len()), (1, 1));
    let busy = data.get::<Connection>().expect("noted").begin();
    assert_eq!(all.close_idle(), 0);
    drop((data, busy));
    assert_eq!((gauge.get(), all.0.lock().len()), (0, 0));
}
