"""Drives a Chef server with PyChef: every kind of object that it knows is made, read, changed, listed, searched for and
deleted; a cookbook with recipes, attributes, templates, files and dependencies is uploaded, solved for and downloaded.
Arguments: URL of the organization, name and key file of who asks. Prints `all was well` when it was."""

import base64
import collections
import collections.abc
import hashlib
import os
import platform
import sys
import tempfile
import warnings

# PyChef is older than the Python that runs it.
for name in ("Mapping", "MutableMapping", "Sequence", "MutableSequence"):
    setattr(collections, name, getattr(collections.abc, name))
platform.linux_distribution = lambda **_: ("", "", "")
warnings.simplefilter("ignore")

import requests  # noqa: E402
from chef import Client, DataBag, DataBagItem, Environment, Node, Role, Search  # noqa: E402
from chef.api import ChefAPI  # noqa: E402
from chef.exceptions import ChefServerError, ChefServerNotFoundError  # noqa: E402


def connect(name, key):
    return ChefAPI(URL, key, name, version="12.0.0", ssl_verify=False)


def refused(code, call, *arguments, **named):
    try:
        call(*arguments, **named)
    except ChefServerError as error:
        assert error.code == code, (error.code, code)
    else:
        raise AssertionError("not refused")


def clients(admin):
    made = Client.create("web1", api=admin)
    assert made.private_key.startswith("-----BEGIN RSA PRIVATE KEY-----")
    refused(409, Client.create, "web1", api=admin)
    assert sorted(Client.list(api=admin)) == ["default-validator", "web1"]
    loaded = Client("web1", api=admin)
    assert loaded.exists and loaded.public_key.startswith("-----BEGIN")
    key = os.path.join(FOLDER, "web1.pem")
    with open(key, "w") as file:
        file.write(made.private_key)
    machine = connect("web1", key)
    assert list(Node.list(api=machine)) == []
    refused(403, Client.create, "web2", api=machine)
    refused(401, Node.list, api=connect("pivotal", key))
    again = Client("web1", api=admin)
    again.rekey(api=admin)
    refused(401, Node.list, api=machine)
    with open(key, "w") as file:
        file.write(again.private_key)
    return connect("web1", key)


def nodes(machine, admin):
    node = Node("web1", api=machine)
    assert not node.exists
    node.run_list = ["base", "recipe[base]", "role[web]"]
    node["apache"] = {"port": 80, "names": ["a", "ü", None, 1.5]}
    node.save()
    loaded = Node("web1", api=admin)
    assert loaded.exists and loaded.run_list == ["recipe[base]", "role[web]"]
    assert loaded.attributes.get_dotted("apache.port") == 80
    assert loaded.normal.to_dict()["apache"]["names"] == ["a", "ü", None, 1.5]
    loaded.chef_environment = "production"
    loaded.attributes.set_dotted("apache.port", 8080)
    loaded.save()
    assert Node("web1", api=machine)["apache"]["port"] == 8080
    assert list(Node.list(api=machine)) == ["web1"]
    Node.create("web2", api=admin, run_list=["role[db]"])
    acl = loaded.get_acl()
    assert "web1" in acl.update.actors and "clients" in acl.read.groups
    acl.update.groups.remove("users")
    acl.save()
    assert "users" not in Node("web1", api=admin).get_acl().update.groups
    refused(403, Node("web2", api=machine).delete)


def roles(machine, admin):
    Role.create("web", api=admin, run_list=["recipe[app]"], default_attributes={"tier": "front"},
                env_run_lists={"production": ["recipe[app]", "recipe[base]"]})
    Role.create("gone", api=admin)
    role = Role("web", api=machine)
    assert role.run_list == ["recipe[app]"] and role.env_run_lists["production"][1] == "recipe[base]"
    role.description = "the web"
    refused(403, role.save)
    role.save(api=admin)
    assert Role("web", api=machine).description == "the web"
    Role("gone", api=admin).delete()
    assert sorted(Role.list(api=machine)) == ["web"]
    refused(404, Role("gone", api=admin).delete)


def environments(admin):
    Environment.create("production", api=admin, description="live", cookbook_versions={"web": "~> 1.0.0"})
    environment = Environment("production", api=admin)
    assert environment.cookbook_versions == {"web": "~> 1.0.0"}
    environment.override_attributes = {"tier": "back"}
    environment.save()
    assert Environment("production", api=admin).override_attributes == {"tier": "back"}
    assert sorted(Environment.list(api=admin)) == ["_default", "production"]
    refused(405, Environment("_default", api=admin).delete)


def bags(machine, admin):
    bag = DataBag.create("users", api=admin)
    item = DataBagItem.create(bag, "ann", api=admin, shell="/bin/sh", age=42)
    item["shell"] = "/bin/zsh"
    item.save()
    DataBagItem.create(bag, "bob", api=admin, secret={"encrypted_data": "x=\n", "iv": "y", "version": 3})
    loaded = DataBag("users", api=machine)
    assert sorted(loaded) == ["ann", "bob"] and loaded["ann"]["shell"] == "/bin/zsh"
    assert loaded["bob"]["secret"] == {"encrypted_data": "x=\n", "iv": "y", "version": 3}
    refused(403, DataBagItem("users", "ann", api=machine).save)
    assert sorted(row["raw_data"]["id"] for row in Search("users", "shell:*zsh OR iv:y", api=machine)) == ["ann", "bob"]
    assert Search("users", "id:ann", api=machine)[0].object["age"] == 42
    loaded["bob"].delete(api=admin)
    assert list(DataBag("users", api=machine)) == ["ann"]
    DataBag("users", api=admin).delete()
    assert "users" not in DataBag.list(api=admin)


def searches(api):
    assert sorted(Search.list(api=api)) == ["client", "environment", "node", "role"]
    names = lambda index, query: sorted(row.object.name for row in Search(index, query, api=api))
    assert names("node", "apache_port:8080") == ["web1"]
    assert names("node", "port:[80 TO 9000]") == ["web1"]
    assert names("node", "name:web? AND NOT role:db") == ["web1"]
    assert names("node", "*:*") == ["web1", "web2"]
    assert names("node", 'chef_environment:"production" OR run_list:role\\[db\\]') == ["web1", "web2"]
    assert names("role", "description:the*") == ["web"]
    assert names("environment", "tier:back") == ["production"]
    assert names("client", "name:web1") == ["web1"]
    assert Search("node", api=api, rows=1).total == 2 and len(Search("node", api=api, rows=1)) == 1
    part = api.api_request("POST", "/search/node?q=name:web1", data={"port": ["apache", "port"], "no": ["a", "b"]})
    assert part["rows"][0]["data"] == {"port": 8080, "no": None}
    refused(400, lambda: Search("node", "name:(", api=api).data)
    refused(404, lambda: Search("nothing", api=api).data)


FILES = {
    "recipes": {"default.rb": b"template '/tmp/x'\n", "other.rb": b"log 'other'\n"},
    "attributes": {"default.rb": b"default['web']['port'] = 80\n"},
    "templates": {"x.erb": "<%= node['name'] %> ü\n".encode()},
    "files": {"data.bin": bytes(range(256)) * 400, "empty": b""},
    "root_files": {"README.md": b"# web\n"},
}


def upload(api, contents):
    sums = {hashlib.md5(content).hexdigest(): content for content in contents}
    sandbox = api.api_request("POST", "/sandboxes", data={"checksums": dict.fromkeys(sums)})
    for checksum, entry in sandbox["checksums"].items():
        if entry["needs_upload"]:
            digest = base64.b64encode(bytes.fromhex(checksum)).decode()
            headers = {"Content-Type": "application/x-binary", "Content-MD5": digest}
            answer = requests.put(entry["url"], data=sums[checksum], headers=headers, verify=False)
            assert answer.ok, answer.text
    done = api.api_request("PUT", "/sandboxes/" + sandbox["sandbox_id"], data={"is_completed": True})
    assert sorted(done["checksums"]) == sorted(sums)
    return len([entry for entry in sandbox["checksums"].values() if entry["needs_upload"]])


def document(name, version, files, dependencies):
    entry = lambda segment, file, content: {
        "name": file, "path": segment + "/default/" + file if segment in ("templates", "files") else file,
        "checksum": hashlib.md5(content).hexdigest(), "specificity": "default"}
    return dict(
        {segment: [entry(segment, *pair) for pair in listed.items()] for segment, listed in files.items()},
        name=name + "-" + version, cookbook_name=name, version=version, json_class="Chef::CookbookVersion",
        chef_type="cookbook_version",
        metadata={"name": name, "version": version, "dependencies": dependencies})


def cookbooks(machine, admin):
    contents = [content for listed in FILES.values() for content in listed.values()]
    assert upload(admin, contents) == len(contents)
    assert upload(admin, contents) == 0
    put = lambda name, version, files, needs: admin.api_request(
        "PUT", "/cookbooks/%s/%s" % (name, version), data=document(name, version, files, needs))
    put("web", "1.0.0", FILES, {})
    put("web", "2.0.0", {"recipes": FILES["recipes"]}, {})
    put("app", "1.0.0", {}, {"web": ">= 1.0"})
    put("base", "0.1.0", {}, {"web": "< 2.0"})
    put("broken", "0.1.0", {}, {"nowhere": ">= 0.0"})
    listed = admin["/cookbooks?num_versions=all"]
    assert [version["version"] for version in listed["web"]["versions"]] == ["2.0.0", "1.0.0"]
    book = machine["/cookbooks/web/1.0.0"]
    for segment, files in FILES.items():
        given = {file["name"]: requests.get(file["url"], verify=False).content for file in book[segment]}
        assert given == files, segment
    solve = lambda environment, *run_list: {name: found["version"] for name, found in machine.api_request(
        "POST", "/environments/%s/cookbook_versions" % environment, data={"run_list": list(run_list)}).items()}
    assert solve("_default", "app") == {"app": "1.0.0", "web": "2.0.0"}
    assert solve("_default", "app", "base") == {"app": "1.0.0", "base": "0.1.0", "web": "1.0.0"}
    assert solve("production", "app::default") == {"app": "1.0.0", "web": "1.0.0"}
    assert solve("_default", "web@1.0.0") == {"web": "1.0.0"}
    refused(412, solve, "_default", "broken")
    refused(412, solve, "production", "web@2.0.0")
    assert sorted(machine["/universe"]) == ["app", "base", "broken", "web"]
    url = book["files"][0]["url"]
    refused(403, machine.api_request, "DELETE", "/cookbooks/web/1.0.0")
    admin.api_request("DELETE", "/cookbooks/web/1.0.0")
    refused(404, lambda: admin["/cookbooks/web/1.0.0"])
    assert requests.get(url, verify=False).status_code == 404
    recipe = admin["/cookbooks/web/_latest"]["recipes"][0]
    assert requests.get(recipe["url"], verify=False).content == FILES["recipes"][recipe["name"]]


def main(key):
    admin = connect(NAME, key)
    machine = clients(admin)
    environments(admin)
    nodes(machine, admin)
    roles(machine, admin)
    bags(machine, admin)
    searches(machine)
    cookbooks(machine, admin)
    for one in (Node("web1", api=admin), Node("web2", api=admin), Client("web1", api=admin)):
        one.delete()
        try:
            admin[one.url]
            raise AssertionError("still there")
        except ChefServerNotFoundError:
            pass
    refused(401, Node.list, api=machine)
    print("all was well")


URL, NAME = sys.argv[1:3]
FOLDER = tempfile.mkdtemp(dir=os.getcwd())
main(sys.argv[3])
