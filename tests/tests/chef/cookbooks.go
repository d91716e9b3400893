// Drives a Chef server with go-chef: uploads and downloads a cookbook, solves for it, and searches.
// Usage: cookbooks URL NAME KEY-FILE; prints "done" when everything was as it should be.
package main

import (
	"bytes"
	"crypto/md5"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/ioutil"
	"net/http"
	"os"
	"strings"

	"github.com/go-chef/chef"
)

func check(what string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(1)
	}
}

func expect(what string, ok bool) {
	if !ok {
		fmt.Fprintln(os.Stderr, "not as expected: "+what)
		os.Exit(1)
	}
}

// Signed by go-chef; its own calls for sandboxes know no organizations.
func ask(client *chef.Client, method, path string, body, answer interface{}) {
	text, err := json.Marshal(body)
	check(path, err)
	request, err := client.NewRequest(method, path, bytes.NewReader(text))
	check(path, err)
	_, err = client.Do(request, answer)
	check(method+" "+path, err)
}

func main() {
	key, err := ioutil.ReadFile(os.Args[3])
	check("key", err)
	// The server's authority is a new one.
	http.DefaultTransport.(*http.Transport).TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
	client, err := chef.NewClient(&chef.Config{
		Name: os.Args[2], Key: string(key), BaseURL: os.Args[1], SkipSSL: true, Timeout: 60})
	check("client", err)

	// Path below the cookbook, and contents.
	files := map[string]string{
		"recipes/default.rb":      "template '/tmp/x'\n",
		"recipes/other.rb":        "log 'other'\n",
		"attributes/default.rb":   "default['web']['port'] = 80\n",
		"templates/default/x.erb": "<%= node['name'] %> ü\n",
		"files/default/data.bin":  strings.Repeat("\x00\xff\x80", 100000),
		"files/default/empty":     "",
		"libraries/web.rb":        "module Web; end\n",
		"resources/site.rb":       "property :name\n",
		"README.md":               "# web\n",
	}
	sums := map[string]string{}
	announced := map[string]interface{}{}
	for path, text := range files {
		sum := md5.Sum([]byte(text))
		sums[path] = hex.EncodeToString(sum[:])
		announced[sums[path]] = nil
	}
	var box chef.SandboxPostResponse
	ask(client, "POST", "sandboxes", map[string]interface{}{"checksums": announced}, &box)
	for path, text := range files {
		item := box.Checksums[sums[path]]
		expect("a file that is not there yet", item.Upload)
		request, err := http.NewRequest("PUT", item.Url, bytes.NewReader([]byte(text)))
		check("upload", err)
		sum := md5.Sum([]byte(text))
		request.Header.Set("Content-Type", "application/x-binary")
		request.Header.Set("Content-MD5", base64.StdEncoding.EncodeToString(sum[:]))
		response, err := http.DefaultClient.Do(request)
		check("upload", err)
		expect("an upload: "+response.Status, response.StatusCode/100 == 2)
	}
	var committed chef.Sandbox
	ask(client, "PUT", "sandboxes/"+box.ID, map[string]bool{"is_completed": true}, &committed)
	expect("a sandbox that is done", committed.Completed)

	for _, version := range []string{"1.0.0", "1.1.0"} {
		book := map[string]interface{}{
			"name": "web-" + version, "cookbook_name": "web", "version": version,
			"metadata": map[string]interface{}{"name": "web", "version": version},
		}
		for path, sum := range sums {
			parts := strings.Split(path, "/")
			segment := parts[0]
			if len(parts) == 1 {
				segment = "root_files"
			}
			item := map[string]string{
				"name": parts[len(parts)-1], "path": path, "checksum": sum, "specificity": "default"}
			known, _ := book[segment].([]interface{})
			book[segment] = append(known, item)
		}
		ask(client, "PUT", "cookbooks/web/"+version, book, nil)
	}
	ask(client, "PUT", "cookbooks/app/2.0.0", map[string]interface{}{
		"name": "app-2.0.0", "cookbook_name": "app", "version": "2.0.0",
		"metadata": map[string]interface{}{
			"name": "app", "version": "2.0.0", "dependencies": map[string]string{"web": "~> 1.0.0"}},
	}, nil)

	listed, err := client.Cookbooks.ListAvailableVersions("all")
	check("list", err)
	expect("two versions, the newest first", len(listed["web"].Versions) == 2 && listed["web"].Versions[0].Version == "1.1.0")
	book, err := client.Cookbooks.GetVersion("web", "_latest")
	check("get", err)
	expect("the newest version", book.Name == "web-1.1.0")
	// The library's own type reads neither templates nor root files.
	var whole map[string]json.RawMessage
	request, err := client.NewRequest("GET", "cookbooks/web/_latest", nil)
	check("get", err)
	_, err = client.Do(request, &whole)
	check("get", err)
	downloaded := 0
	for _, name := range []string{"recipes", "attributes", "templates", "files", "libraries", "resources", "root_files"} {
		var segment []chef.CookbookItem
		check(name, json.Unmarshal(whole[name], &segment))
		for _, item := range segment {
			response, err := http.Get(item.Url)
			check("download", err)
			text, err := ioutil.ReadAll(response.Body)
			check("download", err)
			expect("the file that was uploaded: "+item.Path, string(text) == files[item.Path])
			response, err = http.Get(item.Url + "0")
			check("download", err)
			expect("a refusal of a changed address", response.StatusCode == 403)
			downloaded++
		}
	}
	expect("every file", downloaded == len(files))
	var solved map[string]chef.Cookbook
	ask(client, "POST", "environments/_default/cookbook_versions", map[string][]string{"run_list": {"app"}}, &solved)
	expect("a solution", solved["web"].Name == "web-1.0.0" && solved["app"].Name == "app-2.0.0")

	node := chef.NewNode("n1")
	node.AutomaticAttributes = map[string]interface{}{"fqdn": "n1.example.com", "kernel": map[string]string{"name": "Linux"}}
	_, err = client.Nodes.Post(node)
	check("node", err)
	found, err := client.Search.Exec("node", "kernel_name:Linux AND fqdn:n1.*")
	check("search", err)
	expect("one node", found.Total == 1)
	part, err := client.Search.PartialExec("node", "name:n1", map[string]interface{}{"kernel": []string{"kernel", "name"}})
	check("partial search", err)
	row := part.Rows[0].(map[string]interface{})["data"].(map[string]interface{})
	expect("a value of the node", row["kernel"] == "Linux")

	for _, version := range []string{"1.0.0", "1.1.0"} {
		check("delete", client.Cookbooks.Delete("web", version))
	}
	response, err := http.Get(book.Recipes[0].Url)
	check("download", err)
	expect("no file that nothing needs", response.StatusCode == 404)
	fmt.Println("done")
}
