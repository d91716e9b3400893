notice($01)
notice($A::b)
notice($)
notice($_a::b)
