$a = "abc ${x 
