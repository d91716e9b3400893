$a = @(END)
 text
