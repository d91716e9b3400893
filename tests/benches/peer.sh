#!/usr/bin/env bash
# Starts Debian's puppetserver in a folder of its own, to measure beside it.
#
#   peer.sh start DIR SITE PORT   makes DIR (configuration, authority, code = a copy of SITE), starts it on
#                                 127.0.0.1:PORT, waits until it serves; the process id stands in DIR/pid
#   peer.sh stop DIR
#
# AUTOSIGN=true signs whoever asks.
# The certificate of the server itself (`puppet.lab.test`) is the administrator's too; DIR/ssl has the files.
set -euo pipefail
action=${1:-} dir=${2:-}
case $action in
  stop)
    pid=$(cat "$dir/pid")
    kill "$pid" 2>/dev/null || exit 0
    for _ in $(seq 1 300); do kill -0 "$pid" 2>/dev/null || exit 0; sleep 0.1; done
    kill -KILL "$pid"
    exit 0 ;;
  start) ;;
  *) sed -n 2,9p "$0"; exit 2 ;;
esac
site=$3 port=$4
mkdir -p "$dir"/{conf/conf.d,conf/services.d,conf/puppet,var,run,log,ssl,code/environments}
cp -r "$site" "$dir/code/environments/production"
cp /etc/puppet/puppetserver/services.d/*.cfg "$dir/conf/services.d/"
cp /etc/puppet/puppetserver/conf.d/{auth,ca,web-routes,metrics}.conf "$dir/conf/conf.d/"
cat >"$dir/conf/puppet/puppet.conf" <<EOF
[main]
certname = puppet.lab.test
ssldir = $dir/ssl
environmentpath = $dir/code/environments
user = $(id -un)
group = $(id -gn)
[server]
cadir = $dir/ca
dns_alt_names = localhost
autosign = ${AUTOSIGN:-false}
environment_timeout = unlimited
EOF
cat >"$dir/conf/conf.d/puppetserver.conf" <<EOF
jruby-puppet: {
    ruby-load-path: [/usr/lib/puppetserver/ruby/vendor_ruby]
    gem-home: $dir/var/jruby-gems
    gem-path: ["$dir/var/jruby-gems", "/usr/lib/puppetserver/vendored-jruby-gems"]
    server-conf-dir: $dir/conf/puppet
    server-code-dir: $dir/code
    server-var-dir: $dir/var
    server-run-dir: $dir/run
    server-log-dir: $dir/log
    max-active-instances: 2
}
http-client: {}
profiler: {}
EOF
echo "webserver: { client-auth: want, ssl-host: 127.0.0.1, ssl-port: $port }" >"$dir/conf/conf.d/webserver.conf"
cat >"$dir/conf/logback.xml" <<EOF
<configuration><appender name="F" class="ch.qos.logback.core.FileAppender"><file>$dir/log/server.log</file>
<encoder><pattern>%d %-5p [%c{2}] %m%n</pattern></encoder></appender><root level="warn"><appender-ref ref="F"/></root></configuration>
EOF
echo "global: { logging-config: $dir/conf/logback.xml }" >"$dir/conf/conf.d/global.conf"
puppetserver ca setup --config "$dir/conf/puppet/puppet.conf" >"$dir/log/setup.log" 2>&1
cd /usr/share/puppetserver
/usr/bin/java -Xms1g -Xmx1g -Djruby.logger.class=com.puppetlabs.jruby_utils.jruby.Slf4jLogger \
  -Djruby.lib=/usr/share/jruby/lib -jar puppetserver.jar --config "$dir/conf/conf.d" \
  --bootstrap-config "$dir/conf/services.d" >"$dir/log/out.log" 2>&1 </dev/null &
echo $! >"$dir/pid"
for _ in $(seq 1 400); do
  curl -sk "https://127.0.0.1:$port/status/v1/simple" 2>/dev/null | grep -q running && exit 0
  kill -0 "$(cat "$dir/pid")" 2>/dev/null || { cat "$dir/log/out.log" >&2; exit 1; }
  sleep 1
done
echo "puppetserver did not come up; see $dir/log" >&2
exit 1
