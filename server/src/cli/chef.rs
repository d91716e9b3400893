//! `quartermaster chef …`: what is typed. Users of `chef-server-ctl` find its names here too.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};

mod aftermath;
pub(crate) mod ask;
mod familiar;
pub(crate) mod key_file;
pub(crate) mod render;
pub(crate) mod starter_kit;

pub(crate) use familiar::translated;

pub(crate) const EXAMPLES: &str = "Examples:
  quartermaster chef org create acme 'Acme Ltd' --association_user alice --filename acme-validator.pem
  quartermaster chef user create alice --email alice@example.com --prompt-for-password --file alice.pem
  quartermaster chef client create acme web01 --file web01.pem
  quartermaster chef key rotate alice --file alice-new.pem
  quartermaster chef acl grant acme group ops node web01 read,update
  quartermaster chef starter-kit acme --user alice
  quartermaster chef import /srv/backup/from-chef-server

The names of chef-server-ctl are known as well: org-create, org-user-add, user-create, password,
grant-server-admin-permissions, add-user-key, list-client-keys and the like.";

#[derive(Debug, Subcommand)]
pub(crate) enum Chef {
    /// Organizations, and who is in them
    #[command(
        subcommand,
        after_help = "Examples:
  quartermaster chef org create acme 'Acme Ltd' --association_user alice --filename acme-validator.pem
  quartermaster chef org user-add acme bob --admin
  quartermaster chef org list --json"
    )]
    Org(Org),
    /// Users
    #[command(
        subcommand,
        after_help = "Examples:
  quartermaster chef user create alice --email alice@example.com --prompt-for-password --file alice.pem
  quartermaster chef user create alice Alice Smith alice@example.com 'secret' --filename alice.pem
  quartermaster chef user password alice
  quartermaster chef user grant-server-admin alice"
    )]
    User(User),
    /// Clients of an organization: machines and validators
    #[command(
        subcommand,
        after_help = "Examples:
  quartermaster chef client create acme web01 --file web01.pem
  quartermaster chef client reregister acme acme-validator --file acme-validator-new.pem"
    )]
    Client(Client),
    /// Keys of users, and with --org of clients
    #[command(
        subcommand,
        after_help = "Examples:
  quartermaster chef key list alice
  quartermaster chef key add alice --key-name laptop --file laptop.pem
  quartermaster chef key add web01 --org acme --public-key-path web01.pub --expiration-date 2030-01-01T00:00:00Z
  quartermaster chef key rotate alice default --file alice-new.pem"
    )]
    Key(Key),
    /// Who may do what with one object
    #[command(
        subcommand,
        after_help = "Examples:
  quartermaster chef acl show acme node web01
  quartermaster chef acl grant acme group ops container nodes create,read
  quartermaster chef acl revoke acme client web01 role base update"
    )]
    Acl(Acl),
    /// Runs of clients, newest first
    #[command(after_help = "Examples:
  quartermaster chef runs web01 --limit 5
  quartermaster chef runs --org acme --status failure --json
  quartermaster chef run 30077269-59d0-4283-81f6-8d23cbed3a7a")]
    Runs {
        /// Else of all nodes
        node: Option<String>,
        /// Else of all organizations, and of nodes that belong to none
        #[arg(long, value_name = "ORG")]
        org: Option<String>,
        /// started, success, failure, or aborted: it did not tell its end within a day
        #[arg(long)]
        status: Option<String>,
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// One run, with the resources that it changed
    Run {
        id: String,
        /// Else of whichever organization has it
        #[arg(long, value_name = "ORG")]
        org: Option<String>,
    },
    /// Compliance reports, newest first
    Compliance {
        /// Else of all nodes
        node: Option<String>,
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// One compliance report, whole
    ComplianceReport { id: String },
    /// What was done on Chef servers that tell this one, newest first
    Actions {
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// Groups of an organization
    #[command(
        subcommand,
        after_help = "Examples:
  quartermaster chef group show acme admins
  quartermaster chef group add acme user alice admins
  quartermaster chef group remove acme client web01 clients"
    )]
    Group(Group),
    /// Write a folder `.chef` with which `knife` works at once
    #[command(after_help = "Examples:
  quartermaster chef starter-kit acme --user alice --dir ~/chef-repo
  quartermaster chef starter-kit default --server-url https://localhost:8140/organizations/default

The user gets one more key, named starter-kit. `.chef` is not written where there is one.")]
    StarterKit(StarterKit),
    /// Make anew what objects are found by
    #[command(after_help = "Examples:
  quartermaster chef reindex
  quartermaster chef reindex acme")]
    Reindex {
        /// Else every organization
        organization: Option<String>,
    },
    /// Look whether everything that is kept can be read back and fits together
    #[command(after_help = "Examples:
  quartermaster chef verify
  quartermaster chef verify acme --json

Every document is read as if a client sent it, every object has permissions and is found by what it says,
and every file that a cookbook names is there with its digest. The exit code is 1 where anything is wrong.")]
    Verify {
        /// Else every organization
        organization: Option<String>,
    },
    /// Write everything to a folder, laid out as `knife ec backup` does
    #[command(after_help = "Examples:
  quartermaster chef export /srv/backup/chef-2026-11-24
  quartermaster chef export /srv/backup/acme --org acme

While the server runs it is the server that writes, so its user must be allowed to.")]
    Export {
        /// A new or empty folder
        dir: PathBuf,
        /// One organization, with all users
        #[arg(long, visible_alias = "only-org", value_name = "ORG")]
        org: Option<String>,
    },
    /// Take over a folder that `knife ec backup` or `chef export` wrote
    #[command(after_help = "Examples:
  quartermaster chef import /srv/backup/chef-2026-11-24
  quartermaster chef import /srv/backup/chef-2026-11-24 --org acme

Everything is read and checked first; where anything is wrong, nothing is done. What is there already
is made as the backup has it, what the backup does not have stays, so an import may be repeated.
Passwords and keys come from key_dump.json and key_table_dump.json (--with-user-sql, --with-key-sql).")]
    Import {
        dir: PathBuf,
        /// One organization, with all users
        #[arg(long, visible_alias = "only-org", value_name = "ORG")]
        org: Option<String>,
        /// Also the superuser's keys and permissions; the key in `chef/pivotal.pem` is then good no more
        #[arg(long)]
        overwrite_pivotal: bool,
    },
}

#[derive(Clone, Debug, Args)]
pub(crate) struct StarterKit {
    pub(crate) organization: String,
    /// Whom `knife` is to speak for
    #[arg(short, long, default_value = "pivotal", value_name = "USER")]
    pub(crate) user: String,
    /// Where `.chef` is written
    #[arg(short, long, default_value = ".", value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// How clients reach the organization [default: `https://CERTNAME:PORT/organizations/ORG`]
    #[arg(long, value_name = "URL")]
    pub(crate) server_url: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Org {
    /// Make an organization; prints the key of its validator
    #[command(after_help = "Example:
  quartermaster chef org create acme 'Acme Ltd' --association_user alice --filename acme-validator.pem")]
    Create {
        /// Small letters, digits, _ and -
        name: String,
        full_name: String,
        /// A user who becomes a member and an administrator at once
        #[arg(short = 'a', long = "association_user", alias = "association-user", value_name = "USER")]
        association_user: Option<String>,
        #[command(flatten)]
        file: KeyFile,
    },
    /// Names of all organizations
    List,
    /// One organization
    Show { name: String },
    /// Delete an organization with all that is in it
    Delete {
        name: String,
        #[command(flatten)]
        sure: Sure,
    },
    /// Put a user into an organization
    UserAdd {
        organization: String,
        user: String,
        /// Also into the groups admins and billing-admins
        #[arg(short, long)]
        admin: bool,
    },
    /// Let somebody read all of an organization and change nothing: makes the group read-only
    #[command(after_help = "Examples:
  quartermaster chef org read-only acme
  quartermaster chef org read-only acme auditor dashboard

Makes the group `read-only`, which may read all there is in the organization and what will come, and puts
the named into it. Users join the organization if need be; users and clients leave the groups `users` and
`clients`, by which they could change things. May be typed again at any time.")]
    ReadOnly {
        organization: String,
        /// Users, or clients where no user has the name
        names: Vec<String>,
    },
    /// Take a user out of an organization
    UserRemove {
        organization: String,
        user: String,
        /// Also out of the groups admins and billing-admins
        #[arg(short, long, visible_alias = "force-remove-from-admins")]
        force: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Make a user; prints its key
    #[command(after_help = "Examples:
  quartermaster chef user create alice --email alice@example.com --prompt-for-password --file alice.pem
  quartermaster chef user create alice Alice Smith alice@example.com 'secret' --filename alice.pem

Without a password, one is asked for, or the first line of standard input is taken.")]
    Create(NewUser),
    /// Names of all users
    List {
        /// With addresses and names
        #[arg(short = 'a', long, visible_alias = "all-info")]
        verbose: bool,
    },
    /// One user, its organizations, and whether it is a server admin
    Show { name: String },
    /// Delete a user
    Delete {
        name: String,
        /// Also where the user runs an organization
        #[arg(short = 'R', long, visible_alias = "remove-from-admin-groups")]
        force: bool,
        #[command(flatten)]
        sure: Sure,
    },
    /// Set a user's password, which the console asks for
    #[command(after_help = "Example:
  quartermaster chef user password alice

Without a password, one is asked for, or the first line of standard input is taken.")]
    Password { name: String, password: Option<String> },
    /// Users who may list, make, change and delete users
    ServerAdmins,
    /// Let a user list, make, change and delete users
    GrantServerAdmin { name: String },
    /// Take that permission back
    RevokeServerAdmin { name: String },
}

#[derive(Debug, Args)]
pub(crate) struct NewUser {
    /// Small letters, digits, _ and -
    pub(crate) name: String,
    /// As `chef-server-ctl` takes them: FIRST [MIDDLE] LAST EMAIL [PASSWORD]
    #[arg(value_name = "FIRST [MIDDLE] LAST EMAIL [PASSWORD]", num_args = 0..=5)]
    pub(crate) details: Vec<String>,
    #[arg(long, value_name = "NAME")]
    pub(crate) first_name: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub(crate) last_name: Option<String>,
    #[arg(long, value_name = "ADDRESS", required_unless_present = "details")]
    pub(crate) email: Option<String>,
    /// Others see it in the list of processes: better asked for
    #[arg(long, value_name = "PASSWORD")]
    pub(crate) password: Option<String>,
    /// Ask for the password
    #[arg(short = 'p', long, conflicts_with = "password")]
    pub(crate) prompt_for_password: bool,
    /// An organization to put the user into
    #[arg(short, long, value_name = "ORG")]
    pub(crate) orgname: Option<String>,
    /// The user's own public key, instead of a new one
    #[arg(long, value_name = "FILE", conflicts_with_all = ["prevent_keygen", "file"])]
    pub(crate) user_key: Option<PathBuf>,
    /// Make no key
    #[arg(short = 'k', long, conflicts_with = "file")]
    pub(crate) prevent_keygen: bool,
    #[command(flatten)]
    pub(crate) file: KeyFile,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Client {
    /// Make a client; prints its key
    Create {
        organization: String,
        name: String,
        /// One that may make other clients
        #[arg(long)]
        validator: bool,
        /// The client's own public key, instead of a new one
        #[arg(short, long = "public-key", value_name = "FILE", conflicts_with_all = ["prevent_keygen", "file"])]
        public_key: Option<PathBuf>,
        /// Make no key
        #[arg(short = 'k', long, conflicts_with = "file")]
        prevent_keygen: bool,
        #[command(flatten)]
        file: KeyFile,
    },
    /// Names of all clients of an organization
    List { organization: String },
    /// One client
    Show { organization: String, name: String },
    /// Delete a client
    Delete { organization: String, name: String },
    /// Make a new key in the place of the client's first one; prints it
    Reregister {
        organization: String,
        name: String,
        #[command(flatten)]
        file: KeyFile,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Add a key; prints the private half where it is made here
    #[command(after_help = "Examples:
  quartermaster chef key add alice --key-name laptop --file laptop.pem
  quartermaster chef key add alice --public-key-path alice.pub

A key that is given and has no name is named by its fingerprint.")]
    Add {
        #[command(flatten)]
        owner: Owner,
        #[arg(short, long, value_name = "NAME", required_unless_present = "public_key_path")]
        key_name: Option<String>,
        /// A public key in PEM, instead of a new pair
        #[arg(short, long, value_name = "FILE", conflicts_with = "file")]
        public_key_path: Option<PathBuf>,
        /// YYYY-MM-DDTHH:MM:SSZ, or infinity
        #[arg(short, long, value_name = "DATE", default_value = "infinity")]
        expiration_date: String,
        #[command(flatten)]
        file: KeyFile,
    },
    /// Keys with their ends
    List {
        #[command(flatten)]
        owner: Owner,
        /// Print the public keys
        #[arg(short, long)]
        verbose: bool,
    },
    /// Delete a key
    Delete {
        #[command(flatten)]
        owner: Owner,
        key_name: String,
    },
    /// Make a new pair in the place of a key; prints the private half
    Rotate {
        #[command(flatten)]
        owner: Owner,
        #[arg(default_value = "default")]
        key_name: String,
        /// YYYY-MM-DDTHH:MM:SSZ, or infinity [default: as it was]
        #[arg(short, long, value_name = "DATE")]
        expiration_date: Option<String>,
        #[command(flatten)]
        file: KeyFile,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Owner {
    /// A user; with --org a client
    pub(crate) name: String,
    /// The organization of the client
    #[arg(long, value_name = "ORG")]
    pub(crate) org: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Acl {
    /// The five lists of an object
    Show {
        organization: String,
        /// client, container, cookbook, data, environment, group, node, organization, policy, role, user ...
        object_type: String,
        /// Of an organization: its name
        object_name: String,
    },
    /// Put somebody on lists of an object
    #[command(visible_alias = "add")]
    Grant(Entry),
    /// Take somebody off lists of an object
    #[command(visible_alias = "remove")]
    Revoke(Entry),
}

#[derive(Debug, Args)]
pub(crate) struct Entry {
    pub(crate) organization: String,
    /// user, client or group
    pub(crate) member_type: String,
    pub(crate) member_name: String,
    /// client, container, cookbook, data, environment, group, node, organization, policy, role, user ...
    pub(crate) object_type: String,
    pub(crate) object_name: String,
    /// create, read, update, delete, grant
    #[arg(value_delimiter = ',', required = true)]
    pub(crate) permissions: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Group {
    /// Names of all groups of an organization
    List { organization: String },
    /// Who is in a group
    Show { organization: String, group: String },
    /// Make a group
    Create { organization: String, group: String },
    /// Delete a group
    Delete { organization: String, group: String },
    /// Put somebody into a group
    Add(Membership),
    /// Take somebody out of a group
    Remove(Membership),
}

#[derive(Debug, Args)]
pub(crate) struct Membership {
    pub(crate) organization: String,
    /// user, client or group
    pub(crate) member_type: String,
    pub(crate) member_name: String,
    pub(crate) group: String,
}

/// Where a private key is written.
#[derive(Debug, Args)]
pub(crate) struct KeyFile {
    /// Write the private key to a new file, which nobody else can read, instead of printing it
    #[arg(short, long, visible_alias = "filename", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

/// What is deleted is gone.
#[derive(Debug, Args)]
pub(crate) struct Sure {
    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,
}

/// The command line, with the names of `chef-server-ctl` as this program writes them.
pub(crate) fn arguments() -> Vec<OsString> {
    translated(std::env::args_os().collect())
}
