// Tells a Chef server of runs as chef-client does, through the client library go-chef and without it, and reads them
// again as knife-reporting does. Arguments: URL of the organization, name and key file of who asks, the token of the
// data collector (which is the password of the statistics too).
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"io/ioutil"
	"net/http"
	"os"
	"strings"

	"github.com/go-chef/chef"
)

const (
	first  = "aaaaaaaa-0000-4000-8000-000000000001"
	second = "aaaaaaaa-0000-4000-8000-000000000002"
	third  = "aaaaaaaa-0000-4000-8000-000000000003"
)

type object map[string]interface{}

// What answered last.
var last *http.Response

func main() {
	url, name, path, token := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	key, err := ioutil.ReadFile(path)
	must("key", err)
	admin := connect(url, name, string(key))
	web := client(admin, url, "web1")
	other := client(admin, url, "web2")
	_, err = web.Nodes.Post(chef.NewNode("web1"))
	must("node", err)

	collector(web, url, token)
	reporting(web, other, admin)
	http_facts(admin, web, url, token)
	fmt.Println("done")
}

// The data collector: signed, under the organization; with a token, without.
func collector(web *chef.Client, url, token string) {
	start := object{
		"message_type": "run_start", "message_version": "1.0.0", "run_id": first, "id": first, "node_name": "web1",
		"organization_name": "default", "source": "chef_client", "start_time": "2026-11-24T00:00:00Z",
	}
	expect("run_start", send(web, "POST", "data-collector", start, nil) == 201)
	changed := object{"type": "file", "name": "/etc/motd", "id": "/etc/motd", "status": "updated", "result": "create",
		"duration": "7", "before": object{}, "after": object{"mode": "0644"}, "delta": "+hello", "cookbook_name": "base"}
	same := object{"type": "package", "name": "vim", "status": "up-to-date"}
	converge := object{
		"message_type": "run_converge", "message_version": "1.1.0", "run_id": first, "id": first, "node_name": "web1",
		"status": "success", "start_time": "2026-11-24T00:00:00Z", "end_time": "2026-11-24T00:00:09Z",
		"total_resource_count": 2, "updated_resource_count": 1, "resources": []object{same, changed},
		"run_list": []string{"recipe[base]"}, "node": object{"chef_environment": "_default",
			// More than other requests may be long.
			"automatic": object{"packages": strings.Repeat("p", 3000000)}},
	}
	expect("run_converge", send(web, "POST", "data-collector", converge, nil) == 201)
	report := object{
		"type": "inspec_report", "node_name": "web1", "report_uuid": first, "end_time": "2026-11-24T00:00:09Z",
		"profiles": []object{{"name": "p", "controls": []object{{"results": []object{{"status": "failed"}}}}}},
	}
	expect("inspec_report", send(web, "POST", "data-collector", report, nil) == 201)
	expect("nonsense", send(web, "POST", "data-collector", object{"message_type": "x"}, nil) == 400)
	expect("only told", send(web, "GET", "data-collector", nil, nil) == 405)
	expect("another organization", send(web, "POST", "/organizations/none/data-collector", start, nil) == 404)

	bare := root(url) + "/data-collector/v0/"
	start["run_id"] = third
	expect("no token", plain("POST", bare, start, nil) == 401)
	expect("a wrong token", plain("POST", bare, start, object{"x-data-collector-token": token + "x"}) == 401)
	with := object{"x-data-collector-token": token, "x-data-collector-auth": "version=1.0"}
	expect("the token", plain("POST", bare, start, with) == 201)
	expect("well", plain("GET", bare, nil, with) == 200)
	expect("a signature is no token", plain("POST", root(url)+"/organizations/default/data-collector", start, with) == 400)
	action := object{"message_type": "action", "task": "update", "entity_type": "node", "entity_name": "web1"}
	expect("action", plain("POST", bare, action, with) == 201)
}

// The older API, which speaks of the same runs.
func reporting(web, other, admin *chef.Client) {
	version := object{"X-Ops-Reporting-Protocol-Version": "0.1.0"}
	runs := "reports/nodes/web1/runs"
	start := object{"action": "start", "run_id": second, "start_time": "2026-11-24 00:30:00 +0000"}
	expect("no version", send(web, "POST", runs, start, nil) == 404)
	wrong := object{"X-Ops-Reporting-Protocol-Version": "9.9.9"}
	expect("another version", send(web, "POST", runs, start, wrong) == 406)
	expect("start", send(web, "POST", runs, start, version) == 201)
	expect("where it is", strings.HasSuffix(last.Header.Get("Location"), runs+"/"+second))
	expect("start again", send(web, "POST", runs, start, version) == 201)
	expect("another's node", send(other, "POST", runs, start, version) == 403)
	expect("no node", send(web, "POST", "reports/nodes/none/runs", start, version) == 404)

	var told struct {
		History []struct {
			Node    string `json:"node_name"`
			Run     string `json:"run_id"`
			Status  string
			Updated int `json:"updated_res_count"`
		} `json:"run_history"`
	}
	get(admin, runs+"?status=started", version, &told)
	expect("started", len(told.History) == 2 && told.History[0].Run == second && told.History[0].Node == "web1")

	resources := []object{}
	for number := 0; number < 12; number++ {
		resources = append(resources, object{"type": "file", "name": fmt.Sprint(number), "delta": "+x", "result": "create"})
	}
	end := object{
		"action": "end", "status": "failure", "resources": resources, "total_res_count": "12",
		"run_list": "[\"recipe[base]\"]", "start_time": "2026-11-24 00:30:00 +0000", "end_time": "2026-11-24 00:30:09 +0000",
		"data": object{"exception": object{"class": "RuntimeError", "message": "no"}},
	}
	packed := object{"X-Ops-Reporting-Protocol-Version": "0.1.0", "Content-Encoding": "gzip"}
	expect("no such run", send(web, "POST", runs+"/aaaaaaaa-0000-4000-8000-00000000000f", end, packed) == 404)
	expect("end", send(web, "POST", runs+"/"+second, end, packed) == 200)

	get(admin, "reports/org/runs?from=1795479600&until=1795481400&rows=5", version, &told)
	expect("a window of time", len(told.History) == 1)
	get(admin, runs, version, &told)
	expect("both ways", len(told.History) == 3 && told.History[2].Run == first && told.History[0].Status == "failure")
	expect("counted", told.History[2].Updated == 1 && told.History[0].Updated == 12)

	var run struct {
		Detail *struct {
			Updated int    `json:"updated_res_count"`
			RunList string `json:"run_list"`
			Data    object
		} `json:"run_detail"`
		Resources []struct {
			Uri   string
			Name  string
			State object `json:"final_state"`
		} `json:"run_resources"`
	}
	get(admin, "reports/org/runs/"+second, version, &run)
	expect("a page", len(run.Resources) == 10 && run.Detail.Updated == 12 && run.Detail.Data["exception"] != nil)
	get(admin, "reports/org/runs/"+second+"?start=0&rows=12", version, &run)
	expect("the whole", len(run.Resources) == 12 && run.Resources[11].Name == "11")
	expect("what changed", send(admin, "GET", run.Resources[3].Uri, nil, version) == 200)
	get(admin, "reports/org/runs/"+first, version, &run)
	expect("as the data collector heard", len(run.Resources) == 1 && run.Resources[0].State["mode"] == "0644")
	expect("its run list", run.Detail.RunList == `["recipe[base]"]`)
	run.Detail = nil
	get(web, runs+"/"+first, version, &run)
	expect("no detail unasked", run.Detail == nil && len(run.Resources) == 1)
	expect("bad rows", send(admin, "GET", runs+"?rows=x", nil, version) == 400)
	expect("bad status", send(admin, "GET", runs+"?status=odd", nil, version) == 400)
}

// Small endpoints, gzip, and how answers call the server.
func http_facts(admin, web *chef.Client, url, token string) {
	server := root(url)
	expect("version", plain("GET", server+"/version", nil, nil) == 200)
	expect("reports", plain("GET", server+"/reports/status", nil, nil) == 200)
	expect("statistics are not for all", plain("GET", server+"/_stats", nil, nil) == 401)
	basic := object{"basic": "statsuser:" + token}
	expect("statistics", plain("GET", server+"/_stats", nil, basic) == 200)
	var families []object
	must("statistics", json.NewDecoder(last.Body).Decode(&families))
	expect("families", len(families) > 5 && families[0]["name"] != nil && families[0]["metrics"] != nil)
	expect("as text", plain("GET", server+"/_stats?format=text", nil, basic) == 200)
	expect("of Prometheus", strings.HasPrefix(last.Header.Get("Content-Type"), "text/plain"))
	expect("another's", plain("GET", server+"/_stats", nil, object{"basic": "other:" + token}) == 401)

	expect("required recipe", send(web, "GET", "required_recipe", nil, nil) == 200)
	recipe, err := ioutil.ReadAll(last.Body)
	must("recipe", err)
	expect("its text", string(recipe) == "log 'required'\n" && strings.HasPrefix(last.Header.Get("Content-Type"), "text/plain"))
	expect("only read", send(web, "POST", "required_recipe", object{}, nil) == 405)
	expect("signed", plain("GET", url+"required_recipe", nil, nil) == 400)
	expect("no replicas", send(admin, "GET", "updated_since?seq=1", nil, nil) == 404)
	expect("head", send(admin, "HEAD", "nodes/web1", nil, nil) == 200)
	expect("no head", send(admin, "HEAD", "nodes", nil, nil) == 405)

	node := object{"name": "packed", "chef_type": "node", "json_class": "Chef::Node", "run_list": []string{}}
	packed := object{"Content-Encoding": "gzip"}
	expect("packed", send(admin, "POST", "nodes", node, packed) == 201)
	through := object{"X-Forwarded-Proto": "http"}
	expect("list", send(admin, "GET", "nodes", nil, through) == 200)
	var nodes map[string]string
	must("nodes", json.NewDecoder(last.Body).Decode(&nodes))
	here := strings.Replace(url, "https://", "http://", 1)
	expect("as the proxy is called", nodes["packed"] == here+"nodes/packed")
	expect("a proxy's nonsense", send(admin, "GET", "nodes", nil, object{"X-Forwarded-Proto": "ftp"}) == 200)
	must("nodes", json.NewDecoder(last.Body).Decode(&nodes))
	expect("is passed over", nodes["packed"] == url+"nodes/packed")
	elsewhere := object{"Host": "chef.example.com"}
	expect("by another name", send(admin, "GET", "nodes", nil, elsewhere) == 200)
	must("nodes", json.NewDecoder(last.Body).Decode(&nodes))
	expect("is called so", nodes["packed"] == "https://chef.example.com/organizations/default/nodes/packed")

	long := object{"name": "long", "chef_type": "node", "json_class": "Chef::Node", "run_list": []string{},
		"normal": object{"text": strings.Repeat("t", 5000)}}
	expect("long", send(admin, "POST", "nodes", long, nil) == 201)
	expect("asked for packed", send(admin, "GET", "nodes/long", nil, object{"Accept-Encoding": "gzip"}) == 200)
	expect("is packed", last.Header.Get("Content-Encoding") == "gzip")
	unpacked, err := gzip.NewReader(last.Body)
	must("gzip", err)
	must("json", json.NewDecoder(unpacked).Decode(&node))
	expect("whole", node["name"] == "long")
	huge := object{"name": "bomb", "run_list": []string{strings.Repeat("a", 40000000)}}
	expect("a bomb", send(admin, "POST", "nodes", huge, packed) == 413)
}

// Sends a signed request; answers its status.
func send(client *chef.Client, method, path string, body interface{}, headers object) int {
	var reader io.Reader
	if body != nil {
		bytes_ := text(body)
		if headers["Content-Encoding"] == "gzip" {
			var packed bytes.Buffer
			writer := gzip.NewWriter(&packed)
			writer.Write(bytes_)
			writer.Close()
			bytes_ = packed.Bytes()
		}
		reader = bytes.NewReader(bytes_)
	}
	request, err := client.NewRequest(method, path, reader)
	must("request", err)
	request.Header.Set("Accept", "application/json")
	for name, value := range headers {
		if name == "Host" {
			request.Host = fmt.Sprint(value)
		}
		request.Header.Set(name, fmt.Sprint(value))
	}
	last, err = anyone.Do(request)
	must("answer", err)
	return last.StatusCode
}

// Sends a request that nobody signed.
func plain(method, url string, body interface{}, headers object) int {
	request, err := http.NewRequest(method, url, bytes.NewReader(text(body)))
	must("request", err)
	for name, value := range headers {
		if name == "basic" {
			parts := strings.SplitN(fmt.Sprint(value), ":", 2)
			request.SetBasicAuth(parts[0], parts[1])
			continue
		}
		request.Header.Set(name, fmt.Sprint(value))
	}
	last, err = anyone.Do(request)
	must("answer", err)
	return last.StatusCode
}

func get(client *chef.Client, path string, headers object, into interface{}) {
	expect("GET "+path, send(client, "GET", path, nil, headers) == 200)
	must(path, json.NewDecoder(last.Body).Decode(into))
}

var anyone = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}

func text(body interface{}) []byte {
	if body == nil {
		return nil
	}
	written, err := json.Marshal(body)
	must("json", err)
	return written
}

func root(url string) string {
	return strings.SplitN(url, "/organizations/", 2)[0]
}

func client(admin *chef.Client, url, name string) *chef.Client {
	made, err := admin.Clients.Create(name, false)
	must("client", err)
	return connect(url, name, made.PrivateKey)
}

func connect(url, name, key string) *chef.Client {
	client, err := chef.NewClient(&chef.Config{Name: name, Key: key, BaseURL: url, SkipSSL: true})
	must("connect", err)
	return client
}

func must(what string, err error) {
	if err != nil {
		fmt.Println("FAILED", what, err)
		os.Exit(1)
	}
}

func expect(what string, holds bool) {
	if !holds {
		status, body := 0, []byte{}
		if last != nil {
			status = last.StatusCode
			body, _ = ioutil.ReadAll(last.Body)
		}
		if len(body) > 500 {
			body = body[:500]
		}
		fmt.Println("FAILED", what, status, string(body))
		os.Exit(1)
	}
}
