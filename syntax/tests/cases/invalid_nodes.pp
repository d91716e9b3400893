node "a${b}" { }
node 'a b' { }
node a inherits b { }
