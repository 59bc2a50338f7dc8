// CoreDNS with the plugins that a cluster's DNS needs, and no others: the whole set takes the libraries of four clouds.
//
// The order of Directives is the order in which plugins see a query (https://coredns.io/manual/plugins/): what the
// cluster does not know is answered last.
package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"

	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/log"
	_ "github.com/coredns/coredns/plugin/ready"
	_ "github.com/coredns/coredns/plugin/template"
)

func init() {
	dnsserver.Directives = []string{"health", "ready", "errors", "log", "cache", "kubernetes", "template"}
}

func main() {
	coremain.Run()
}
