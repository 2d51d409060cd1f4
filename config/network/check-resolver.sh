#!/bin/sh
# Whether the resolver on this machine answers: for keepalived, as /usr/local/sbin/thanhloc-check. It asks for a name that
# needs nobody else, so that an Internet line that is down moves no address. Needs dig (Debian: bind9-dnsutils).
[ "$(dig @127.0.0.1 localhost A +short +time=1 +tries=1)" = 127.0.0.1 ]
