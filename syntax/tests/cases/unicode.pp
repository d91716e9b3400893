$a = 'é☃'
notice("ü ${x}") + @
