//! Nodes of about 60 kB with what Ohai tells of a machine. Packages, modules of the kernel and settings are those of one
//! of a few images; addresses, serial numbers, disks, counters and `--own` bytes belong to the node; counters, times and
//! what is free are new at each run.

use serde_json::{Map, Value, json};

pub(crate) struct Fleet {
    own: usize,
}

/// Numbers that look like chance and are the same in every run of the driver.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

impl Fleet {
    pub(crate) fn new(own: usize) -> Self {
        Self { own }
    }

    pub(crate) fn name(number: usize) -> String {
        format!("node-{number:05}")
    }

    /// A node as its client saves it at the end of a run.
    pub(crate) fn node(&self, number: usize, run: u64) -> Value {
        let name = Self::name(number);
        json!({
            "name": name, "chef_environment": if number.is_multiple_of(2) { "_default" } else { "production" },
            "json_class": "Chef::Node", "chef_type": "node",
            "automatic": self.automatic(number, run),
            "normal": {"tags": [format!("tag{}", number % 10)]},
            "default": {"app": {"tier": format!("tier{}", number % 5), "port": 8000 + number % 7}},
            "override": {},
            "run_list": [format!("role[role{}]", number % 20), format!("recipe[cb{:03}]", number % 50)],
        })
    }

    fn automatic(&self, number: usize, run: u64) -> Value {
        let image = (number % 5) as u64;
        let (mut of_image, mut of_node) = (Dice::new(image), Dice::new(number as u64 + 1000));
        let mut of_run = Dice::new((number as u64) << 32 | run);
        let name = Self::name(number);
        let ip = format!("10.{}.{}.{}", number >> 16 & 255, number >> 8 & 255, number & 255);
        let mac = mac(&mut of_node);
        let mut all = Map::new();
        let mut put = |key: &str, value: Value| drop(all.insert(key.to_owned(), value));
        put("fqdn", json!(format!("{name}.example.com")));
        put("hostname", json!(name));
        put("machinename", json!(name));
        put("domain", json!("example.com"));
        put("ipaddress", json!(ip));
        put("macaddress", json!(mac));
        put("machine_id", json!(format!("{:016x}{:016x}", of_node.next(), of_node.next())));
        put("platform", json!(["debian", "ubuntu", "redhat", "centos"][number % 4]));
        put("platform_version", json!((10 + number % 7).to_string()));
        put("os", json!("linux"));
        put("rack", json!({"row": number % 40, "slot": number % 11}));
        put("roles", json!([format!("role{}", number % 20)]));
        put("recipes", json!([format!("cb{:03}", number % 50), format!("cb{:03}::default", number % 50)]));
        put("ohai_time", json!(1_700_000_000.5 + of_run.below(1_000_000) as f64));
        put("uptime_seconds", json!(of_run.below(10_000_000)));
        put("uptime", json!(format!("{} days 03 hours", of_run.below(100))));
        put("idletime_seconds", json!(of_run.below(10_000_000)));
        put("packages", packages(&mut of_image));
        put("kernel", kernel(&mut of_image));
        put("sysconf", settings(&mut of_image));
        put("etc", people(&mut of_image));
        put("cpu", processors(&mut of_image));
        put(
            "dmi",
            json!({"system": {"manufacturer": "Dell Inc.", "product_name": format!("R{}40", image),
            "serial_number": format!("{:07X}", of_node.below(1 << 28)), "uuid": format!("{:032x}", of_node.next())}}),
        );
        put("network", network(&ip, &mac, &mut of_node));
        put("counters", counters(&mut of_run));
        put("memory", memory(&mut of_run));
        put("filesystem", disks(&mut of_node, &mut of_run));
        let mut pad = Map::new();
        for key in 0..self.own / 45 {
            pad.insert(format!("k{key}"), json!(format!("{:016x}{:014x}", of_node.next(), of_node.next() >> 8)));
        }
        put("inventory", Value::Object(pad));
        Value::Object(all)
    }
}

fn mac(dice: &mut Dice) -> String {
    let parts: Vec<String> = (0..5).map(|_| format!("{:02X}", dice.below(256))).collect();
    format!("02:{}", parts.join(":"))
}

fn object(entries: impl IntoIterator<Item = (String, Value)>) -> Value {
    Value::Object(entries.into_iter().collect())
}

fn packages(dice: &mut Dice) -> Value {
    object((0..420).map(|number| {
        let version = format!("{}.{}.{}-{}", dice.below(20), dice.below(50), dice.below(10), dice.below(9));
        (format!("lib{:04x}-{number}", dice.below(65536)), json!({"version": version, "arch": "amd64"}))
    }))
}

fn kernel(dice: &mut Dice) -> Value {
    let modules = object((0..140).map(|number| {
        let module = json!({"size": dice.below(1_000_000).to_string(), "refcount": dice.below(9).to_string()});
        (format!("mod_{:04x}_{number}", dice.below(65536)), module)
    }));
    json!({"name": "Linux", "release": format!("6.1.0-{}-amd64", dice.below(40)), "machine": "x86_64", "modules": modules})
}

fn settings(dice: &mut Dice) -> Value {
    object((0..190).map(|number| (format!("SETTING_{:04X}_{number}", dice.below(65536)), json!(dice.below(65536)))))
}

fn people(dice: &mut Dice) -> Value {
    let passwd = object((0..35).map(|number| {
        let name = format!("user{:03x}", dice.below(4096));
        let shell =
            json!({"dir": format!("/home/{name}"), "gid": number, "uid": number, "shell": "/bin/bash", "gecos": ""});
        (name, shell)
    }));
    json!({"passwd": passwd})
}

fn processors(dice: &mut Dice) -> Value {
    let mut all = Map::new();
    let flags: Vec<String> = (0..90).map(|_| format!("f{:03x}", dice.below(4096))).collect();
    for number in 0..8 {
        let core = json!({"vendor_id": "GenuineIntel", "model_name": "Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz",
            "mhz": "2500.000", "core_id": number.to_string()});
        all.insert(number.to_string(), core);
    }
    all.insert("total".to_owned(), json!(8));
    all.insert("flags".to_owned(), json!(flags));
    Value::Object(all)
}

fn network(ip: &str, mac: &str, dice: &mut Dice) -> Value {
    let interfaces = object((0..6).map(|number| {
        let (name, mtu) = if number == 0 { ("lo".to_owned(), 65536) } else { (format!("eth{number}"), 1500) };
        let mtu = if number == 5 && dice.below(4) == 0 { 9000 } else { mtu };
        let address =
            if number == 1 { ip.to_owned() } else { format!("172.{}.{}.{}", number, dice.below(256), dice.below(256)) };
        let link = if number == 1 { mac.to_owned() } else { self::mac(dice) };
        let interface = json!({
            "mtu": mtu.to_string(), "flags": ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"], "encapsulation": "Ethernet",
            "addresses": {address.clone(): {"family": "inet", "prefixlen": "24", "netmask": "255.255.255.0"},
                link: {"family": "lladdr"},
                format!("fe80::{:x}:{:x}", dice.below(65536), dice.below(65536)): {"family": "inet6", "scope": "Link"}},
            "state": "up", "routes": [{"destination": "10.0.0.0/8", "family": "inet", "src": address}],
        });
        (name, interface)
    }));
    json!({"interfaces": interfaces, "default_interface": "eth1", "default_gateway": "10.0.0.1"})
}

fn counters(dice: &mut Dice) -> Value {
    let interfaces = object((0..6).map(|number| {
        let mut side = || json!({"bytes": dice.next().to_string(), "packets": dice.below(1 << 40).to_string(), "errors": "0", "drop": "0"});
        (format!("eth{number}"), json!({"rx": side(), "tx": side()}))
    }));
    json!({"network": {"interfaces": interfaces}})
}

fn memory(dice: &mut Dice) -> Value {
    object((0..30).map(|number| (format!("field{number}"), json!(format!("{}kB", dice.below(1 << 25))))))
}

fn disks(of_node: &mut Dice, of_run: &mut Dice) -> Value {
    let disks: Vec<(String, String, Value)> = (0..9)
        .map(|number| {
            let disk = json!({"kb_size": (of_node.below(1 << 30)).to_string(), "kb_used": of_run.below(1 << 30).to_string(),
                "kb_available": of_run.below(1 << 30).to_string(), "percent_used": format!("{}%", of_run.below(100)),
                "inodes_used": of_run.below(1 << 20).to_string(), "uuid": format!("{:032x}", of_node.next()),
                "fs_type": "ext4", "mount_options": ["rw", "relatime", "errors=remount-ro"]});
            (format!("/dev/sda{number}"), format!("/srv/{number}"), disk)
        })
        .collect();
    json!({
        "by_device": object(disks.iter().map(|(device, _, disk)| (device.clone(), disk.clone()))),
        "by_mountpoint": object(disks.iter().map(|(_, mount, disk)| (mount.clone(), disk.clone()))),
    })
}
