// Drives a Chef server through the client library go-chef: every kind of object that it knows is made, read, changed,
// listed and deleted. Arguments: URL of the organization, name and key file of who asks. Ends with 0 when all was well.
package main

import (
	"fmt"
	"io/ioutil"
	"os"
	"strings"

	"github.com/go-chef/chef"
)

func main() {
	url, name, path := os.Args[1], os.Args[2], os.Args[3]
	key, err := ioutil.ReadFile(path)
	check("key", err)
	admin := connect(url, name, string(key))

	made, err := admin.Clients.Create("web1", false)
	check("create client", err)
	expect("the key that old clients read", strings.HasPrefix(made.PrivateKey, "-----BEGIN RSA PRIVATE KEY-----"))
	machine := connect(url, "web1", made.PrivateKey)
	_, err = connect(url, "web1", string(key)).Nodes.List()
	expect("another's key is refused", code(err) == 401)

	nodes(machine, admin)
	roles(admin, machine)
	environments(admin)
	bags(admin, machine)

	acl, err := admin.ACLs.Get("nodes", "web1")
	expect("a list that is gone", code(err) == 404 && acl == nil)
	acl, err = admin.ACLs.Get("containers", "nodes")
	check("list of access", err)
	expect("clients may create nodes", contains(acl["create"].Groups, "clients"))
	check("put list", admin.ACLs.Put("containers", "nodes", "create", chef.NewACL("create", acl["create"].Actors, chef.ACLitem{"admins"})))
	_, err = machine.Nodes.Post(chef.NewNode("web2"))
	expect("clients may no longer create nodes", code(err) == 403)

	principal, err := machine.Principals.Get("web1")
	check("principal", err)
	expect("principal", principal.Type == "client" && principal.OrgMember && strings.Contains(principal.PublicKey, "PUBLIC KEY"))
	clients, err := admin.Clients.List()
	check("clients", err)
	expect("clients", len(clients) == 2)
	check("delete client", admin.Clients.Delete("web1"))
	_, err = machine.Nodes.List()
	expect("who was deleted is refused", code(err) == 401)
	fmt.Println("all was well")
}

func nodes(machine, admin *chef.Client) {
	node := chef.NewNode("web1")
	node.RunList = []string{"base", "recipe[base]", "role[web]"}
	node.AutomaticAttributes = map[string]interface{}{"os": "linux", "list": []interface{}{1.5, nil, "ü"}}
	posted, err := machine.Nodes.Post(node)
	check("post node", err)
	expect("where it is", strings.HasSuffix(posted.Uri, "/nodes/web1"))
	_, err = machine.Nodes.Post(node)
	expect("twice", code(err) == 409)
	read, err := machine.Nodes.Get("web1")
	check("get node", err)
	expect("run list", fmt.Sprint(read.RunList) == "[recipe[base] role[web]]")
	expect("attributes", fmt.Sprint(read.AutomaticAttributes["list"]) == "[1.5 <nil> ü]")
	read.NormalAttributes = map[string]interface{}{"a": "b"}
	_, err = machine.Nodes.Put(read)
	check("put node", err)
	again, err := admin.Nodes.Get("web1")
	check("get node", err)
	expect("what was put", again.NormalAttributes["a"] == "b")
	listed, err := admin.Nodes.List()
	check("nodes", err)
	expect("nodes", len(listed) == 1)
	check("delete node", machine.Nodes.Delete("web1"))
	_, err = machine.Nodes.Get("web1")
	expect("deleted", code(err) == 404)
}

func roles(admin, machine *chef.Client) {
	role := &chef.Role{Name: "web", ChefType: "role", JsonClass: "Chef::Role", RunList: []string{"recipe[base]"}}
	_, err := admin.Roles.Create(role)
	check("create role", err)
	_, err = machine.Roles.Create(&chef.Role{Name: "mine", ChefType: "role", JsonClass: "Chef::Role", RunList: []string{}})
	expect("machines make no roles", code(err) == 403)
	read, err := machine.Roles.Get("web")
	check("get role", err)
	read.Description = "the web"
	_, err = admin.Roles.Put(read)
	check("put role", err)
	listed, err := admin.Roles.List()
	check("roles", err)
	expect("roles", len(*listed) == 1)
	check("delete role", admin.Roles.Delete("web"))
}

func environments(admin *chef.Client) {
	environment := &chef.Environment{Name: "production", ChefType: "environment", JsonClass: "Chef::Environment",
		CookbookVersions: map[string]string{"base": "~> 1.2"}}
	_, err := admin.Environments.Create(environment)
	check("create environment", err)
	read, err := admin.Environments.Get("production")
	check("get environment", err)
	expect("pins", read.CookbookVersions["base"] == "~> 1.2")
	read.Description = "live"
	_, err = admin.Environments.Put(read)
	check("put environment", err)
	read.Name = "_default"
	_, err = admin.Environments.Put(read)
	expect("the default stays", code(err) == 405)
	listed, err := admin.Environments.List()
	check("environments", err)
	expect("environments", len(*listed) == 2)
}

func bags(admin, machine *chef.Client) {
	_, err := admin.DataBags.Create(&chef.DataBag{Name: "users"})
	check("create bag", err)
	check("create item", admin.DataBags.CreateItem("users", map[string]interface{}{"id": "ann", "shell": "/bin/sh"}))
	item, err := machine.DataBags.GetItem("users", "ann")
	check("get item", err)
	expect("item", item.(map[string]interface{})["shell"] == "/bin/sh")
	check("put item", admin.DataBags.UpdateItem("users", "ann", map[string]interface{}{"id": "ann", "shell": "/bin/zsh"}))
	expect("machines change no items", code(machine.DataBags.UpdateItem("users", "ann", map[string]interface{}{"id": "ann"})) == 403)
	items, err := machine.DataBags.ListItems("users")
	check("items", err)
	expect("items", len(*items) == 1)
	check("delete item", admin.DataBags.DeleteItem("users", "ann"))
	_, err = admin.DataBags.Delete("users")
	check("delete bag", err)
}

func connect(url, name, key string) *chef.Client {
	client, err := chef.NewClient(&chef.Config{Name: name, Key: key, BaseURL: url, SkipSSL: true})
	check("client", err)
	return client
}

func code(err error) int {
	if answer, ok := err.(*chef.ErrorResponse); ok {
		return answer.Response.StatusCode
	}
	return 0
}

func contains(list []string, wanted string) bool {
	for _, one := range list {
		if one == wanted {
			return true
		}
	}
	return false
}

func check(what string, err error) {
	if err != nil {
		fmt.Println(what, "failed:", err)
		os.Exit(1)
	}
}

func expect(what string, holds bool) {
	if !holds {
		fmt.Println("not so:", what)
		os.Exit(1)
	}
}
