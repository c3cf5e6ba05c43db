#!/bin/sh
# In the image's build: unpacks Netty's library, and makes the ahead-of-time cache from a run of a small cluster under load.
set -eu
mkdir -p /empty /opt/quorate/native
cd /tmp
jar xf /opt/quorate/libs/netty-transport-native-epoll-*.jar META-INF/native
mv META-INF/native/*.so /opt/quorate/native/

grep -v AOTCache /opt/quorate/jvm.options > /tmp/jvm.options
/opt/jre/bin/java @/tmp/jvm.options -XX:AOTCacheOutput=/opt/quorate/quorate.aot -Xlog:aot=error \
  -jar /opt/quorate/quorate.jar dev --data /tmp/data > /tmp/ready &
cluster=$!
until [ "$(grep -c ^ready /tmp/ready)" = 3 ]; do
  kill -0 $cluster
  sleep 0.1
done
/opt/jre/bin/java -jar /opt/quorate-bench/quorate-bench.jar run ycsb-a --keys uniform --key-count 1000 \
  --targets http://127.0.0.1:8080,http://127.0.0.1:8081,http://127.0.0.1:8082 --duration 5s --warmup 1s --no-ceiling
kill $cluster
wait $cluster
