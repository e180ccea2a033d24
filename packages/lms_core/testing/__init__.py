"""For tests: fakes of the ports, factories of what is true, and the contract suite of every port."""
