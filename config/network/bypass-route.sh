#!/bin/sh
# On a resolver that stands in the same network as the machines: answers from bypass.listen go back by the router, which
# brought the query and alone can put the address back that the machine asked. Without it the machine gets an answer
# from an address it never asked, and drops it. Needed at each start of the network; see docs/network.md.
# usage: bypass-route.sh ROUTER [ROUTER6]
set -eu
port=5399
[ $# -ge 1 ] || { sed -n 's/^# usage: /usage: /p' "$0" >&2; exit 2; }
for router in "$@"; do
  case $router in *:*) family=-6 ;; *) family=-4 ;; esac
  ip "$family" route replace default via "$router" table "$port"
  [ -n "$(ip "$family" rule show priority "$port")" ] ||
    ip "$family" rule add priority "$port" sport "$port" lookup "$port"
done
