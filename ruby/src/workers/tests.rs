use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::{Pool, Settings};
use crate::conversation::{Fault, Said, Told, Worker};

fn settings() -> Settings {
    Settings { command: "ruby".into(), workers: 2, timeout: Duration::from_mins(1), memory: 0, library: false }
}

fn has_ruby() -> bool {
    let found = std::process::Command::new("ruby").arg("--version").output().is_ok();
    if !found {
        eprintln!("skipped: Ruby is not installed");
    }
    found
}

#[test]
fn schemas_of_transports_are_read() {
    if !has_ruby() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let good = file(
        "panos.rb",
        "require 'puppet/resource_api'\nrequire 'beside'\nPuppet::ResourceApi.register_transport(\n  name: 'panos', \
         desc: BESIDE, features: [], connection_info: { host: { type: 'String' }, port: { type: 'Integer', default: 443 } }\n)\n",
    );
    file("beside.rb", "BESIDE = 'A firewall'\n");
    let bad = file("bad.rb", "Puppet::ResourceApi.register_transport(name: 'bad')\n");
    for library in [false, true] {
        let pool = Pool::open(Settings { library, ..settings() }, |_| {});
        let mut worker = pool.lease(1, &|| false).unwrap();
        let mut read = |file: &str| {
            let told =
                format!(r#"{{"run":"transports","files":["{file}"],"folders":["{}"]}}"#, folder.path().display());
            let mut said = worker.exchange(Told::Run(&told), &|| false).unwrap();
            // The library has doubts about attributes that are not described.
            while matches!(&said, Said::Asks(question) if question.contains("\"log\"")) {
                said = worker.exchange(Told::Answer("{}"), &|| false).unwrap();
            }
            said
        };
        let expected = r#"{"result":[{"name":"panos","desc":"A firewall","features":[],"connection_info":{"host":{"type":"String"},"port":{"type":"Integer","default":443}},"connection_info_order":["host","port"]}]}"#;
        for _ in 0..2 {
            assert_eq!(read(&good), Said::Done(expected.to_owned()), "library: {library}");
        }
        let Said::Done(refused) = read(&bad) else { panic!("a question") };
        assert!(refused.contains(r#""error""#) && refused.contains("requires `:desc`"), "{refused}");
    }
}

/// Evaluates Ruby code through a function that stands in a file.
fn run(worker: &mut impl Worker, name: &str, code: &str) -> Result<String, Fault> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(format!("{name}.rb"));
    std::fs::write(
        &file,
        format!("Puppet::Functions.create_function(:{name}) do\n  def {name}\n    {code}\n  end\nend\n"),
    )
    .unwrap();
    begin(worker)?;
    let told =
        format!(r#"{{"run":"function","name":"{name}","file":"{}","arguments":[],"block":null}}"#, file.display());
    let mut said = worker.exchange(Told::Run(&told), &|| false)?;
    loop {
        match said {
            Said::Done(text) => return Ok(text),
            Said::Asks(question) if question.contains("\"dispatch\"") => {
                said = worker.exchange(Told::Answer(r#"{"value":0}"#), &|| false)?;
            }
            Said::Asks(_) => said = worker.exchange(Told::Answer("{}"), &|| false)?,
        }
    }
}

fn begin(worker: &mut impl Worker) -> Result<(), Fault> {
    let told = r#"{"run":"begin","node":"n","environment":"production","environment_path":"/nonexistent","modulepath":[],
        "facts":{},"trusted":{},"server_facts":{},"settings":{},"strict":"warning","strict_variables":false}"#;
    assert!(matches!(worker.exchange(Told::Run(told), &|| false)?, Said::Done(_)));
    Ok(())
}

#[test]
fn what_a_function_answers() {
    if !has_ruby() {
        return;
    }
    let pool = Pool::open(settings(), |_| {});
    let mut lease = pool.lease(1, &|| false).unwrap();
    assert_eq!(run(&mut lease, "sum", "1 + 2").unwrap(), r#"{"result":3}"#);
    let failed = run(&mut lease, "wrong", "raise 'no way'").unwrap();
    assert!(failed.contains(r#""message":"no way""#), "{failed}");
}

#[test]
fn prints_are_no_messages() {
    if !has_ruby() {
        return;
    }
    let heard = Arc::new(Mutex::new(Vec::new()));
    let log = heard.clone();
    let pool = Pool::open(settings(), move |line| log.lock().unwrap().push(line.to_owned()));
    let mut lease = pool.lease(1, &|| false).unwrap();
    let code = "puts 'one'; STDOUT.write(\"two\\n\"); system('echo three'); $stderr.puts 'four'; STDIN.read.inspect";
    assert_eq!(run(&mut lease, "loud", code).unwrap(), r#"{"result":"\"\""}"#);
    let deadline = Instant::now() + Duration::from_secs(10);
    while heard.lock().unwrap().len() < 4 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut heard = heard.lock().unwrap().clone();
    heard.sort();
    assert_eq!(heard, ["four", "one", "three", "two"]);
}

#[test]
fn a_process_that_dies_is_a_fault_and_replaced() {
    if !has_ruby() {
        return;
    }
    let pool = Pool::open(settings(), |_| {});
    let mut lease = pool.lease(1, &|| false).unwrap();
    assert_eq!(run(&mut lease, "die", "exit!(7)"), Err(Fault::Ended("exit status 7".to_owned())));
    assert!(matches!(run(&mut lease, "sum", "1"), Err(Fault::Ended(_))));
    drop(lease);
    assert_eq!(pool.counts().alive, 0);
    assert_eq!(run(&mut pool.lease(1, &|| false).unwrap(), "sum", "1").unwrap(), r#"{"result":1}"#);
    assert_eq!(pool.counts().failed, 1);
}

#[test]
fn a_process_that_dies_or_speaks_while_it_waits_is_not_lent() {
    if !has_ruby() {
        return;
    }
    let pool = Pool::open(settings(), |_| {});
    for (name, later) in [
        ("die", "exit!(3)"),
        ("speak", "ObjectSpace.each_object(Quartermaster::Conversation) { |it| it.say('Q', {}) }"),
    ] {
        let code = format!("Thread.new {{ sleep 0.2; {later} }}; 1");
        assert_eq!(run(&mut pool.lease(1, &|| false).unwrap(), name, &code).unwrap(), r#"{"result":1}"#);
        std::thread::sleep(Duration::from_secs(1));
        assert_eq!(run(&mut pool.lease(1, &|| false).unwrap(), "sum", "1").unwrap(), r#"{"result":1}"#, "after {name}");
    }
    assert_eq!(pool.counts().failed, 2);
}

#[test]
fn who_has_no_time_left_does_not_wait() {
    if !has_ruby() {
        return;
    }
    let pool = Pool::open(Settings { workers: 1, ..settings() }, |_| {});
    let mut lease = pool.lease(1, &|| false).unwrap();
    begin(&mut lease).unwrap();
    let began = Instant::now();
    assert!(matches!(pool.lease(1, &|| true), Err(Fault::GivenUp)));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("slow.rb");
    std::fs::write(&file, "Puppet::Functions.create_function(:slow) { def slow; sleep 60; end }").unwrap();
    let told = format!(r#"{{"run":"function","name":"slow","file":"{}","arguments":[],"block":null}}"#, file.display());
    let mut said = lease.exchange(Told::Run(&told), &|| began.elapsed() > Duration::from_millis(300));
    while let Ok(Said::Asks(_)) = said {
        said = lease.exchange(Told::Answer(r#"{"value":0}"#), &|| began.elapsed() > Duration::from_millis(300));
    }
    assert_eq!(said, Err(Fault::GivenUp));
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    drop(lease);
    assert_eq!(pool.counts().alive, 0);
}

#[test]
fn messages_are_bounded() {
    if !has_ruby() {
        return;
    }
    let pool = Pool::open(settings(), |_| {});
    let mut lease = pool.lease(1, &|| false).unwrap();
    let fault = lease.exchange(Told::Run(&"x".repeat(40 << 20)), &|| false).unwrap_err();
    assert!(fault.to_string().contains("33554432 are the most"), "{fault}");
    let mut lease = pool.lease(1, &|| false).unwrap();
    let fault = run(&mut lease, "much", "'x' * (40 << 20)").unwrap_err();
    assert!(fault.to_string().contains("33554432 are the most"), "{fault}");
}

#[test]
fn a_process_that_hangs_is_ended_with_its_children() {
    if !has_ruby() {
        return;
    }
    let settings = Settings { timeout: Duration::from_millis(700), ..settings() };
    let pool = Pool::open(settings, |_| {});
    let mut lease = pool.lease(1, &|| false).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let sign = folder.path().join("alive");
    let code = format!("spawn('sleep 2; touch {}'); loop {{}}", sign.display());
    assert_eq!(run(&mut lease, "hang", &code), Err(Fault::TooSlow(Duration::from_millis(700))));
    std::thread::sleep(Duration::from_secs(2));
    assert!(!sign.exists(), "what it had started lived on");
}

#[test]
fn processes_are_bounded_and_bound_to_a_snapshot() {
    if !has_ruby() {
        return;
    }
    let settings = Settings { workers: 1, ..settings() };
    let pool = Pool::open(Settings { timeout: Duration::from_millis(200), ..settings }, |_| {});
    let first = pool.lease(1, &|| false).unwrap();
    assert!(matches!(pool.lease(1, &|| false), Err(Fault::Busy(_, 1))));
    drop(first);
    drop(pool.lease(1, &|| false).unwrap());
    assert_eq!(pool.counts().started, 1, "the idle process was taken");
    drop(pool.lease(2, &|| false).unwrap());
    assert_eq!(pool.counts(), super::Counts { alive: 1, idle: 1, started: 2, failed: 0 });
    pool.retire(2);
    assert_eq!(pool.counts().alive, 0);
}

#[test]
fn without_ruby_the_fault_says_so() {
    let pool = Pool::open(Settings { command: "/nonexistent/ruby".into(), ..settings() }, |_| {});
    let Err(fault) = pool.lease(1, &|| false) else { panic!("nothing is there to be started") };
    assert!(fault.to_string().starts_with("needs Ruby, but '/nonexistent/ruby' cannot be started: "), "{fault}");
    assert_eq!(pool.counts().alive, 0);
}

#[test]
fn memory_is_bounded() {
    if !has_ruby() {
        return;
    }
    let pool = Pool::open(Settings { memory: 1 << 30, ..settings() }, |_| {});
    let said = run(&mut pool.lease(1, &|| false).unwrap(), "eat", "('x' * (2 << 30)).size").unwrap();
    assert!(said.contains("NoMemoryError"), "{said}");
}

#[test]
fn one_that_was_started_ahead_serves_whoever_comes_first() {
    if !has_ruby() {
        return;
    }
    let pool = Pool::open(settings(), |_| {});
    let ahead = pool.clone();
    let preparing = std::thread::spawn(move || ahead.prepare());
    while pool.counts().alive == 0 {
        std::thread::yield_now();
    }
    // Who comes while it starts waits for it.
    let mut lease = pool.lease(7, &|| false).unwrap();
    preparing.join().unwrap().unwrap();
    assert_eq!(run(&mut lease, "sum", "1 + 2").unwrap(), r#"{"result":3}"#);
    drop(lease);
    pool.prepare().unwrap();
    assert_eq!((pool.counts().started, pool.counts().idle), (1, 1));
    // It is bound to the code that it has seen.
    drop(pool.lease(8, &|| false).unwrap());
    assert_eq!(pool.counts().started, 2);
}

#[test]
fn one_that_cannot_be_started_ahead_keeps_nobody_waiting() {
    let pool = Pool::open(Settings { command: "/nonexistent/ruby".into(), ..settings() }, |_| {});
    assert!(matches!(pool.prepare(), Err(Fault::NoRuby { .. })));
    assert!(matches!(pool.lease(1, &|| false), Err(Fault::NoRuby { .. })));
    assert_eq!(pool.counts().alive, 0);
}
