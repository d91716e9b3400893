# nothing here
/* nor
 here */
