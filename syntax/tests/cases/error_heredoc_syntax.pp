$a = @(END:1)
END
