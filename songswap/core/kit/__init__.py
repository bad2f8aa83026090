"""What every rule may use and none owns: names, addresses, links, texts, where documents lie."""
