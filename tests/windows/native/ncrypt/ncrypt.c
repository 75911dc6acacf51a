int certclient_placeholder;
