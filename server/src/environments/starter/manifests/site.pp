# What every node gets, unless another node block names it:
#
#   node 'web01.example.com' { include profile::web }
#   node /^db\d+\./          { include profile::database }

node default {
  # Classes from Hiera: data/nodes/CERTNAME.yaml, data/os/FAMILY.yaml and data/common.yaml.
  lookup('classes', Array[String], 'unique', []).include
}
