// Another process to be named by a lock file: lives until it is killed.
setInterval(() => {}, 60_000)
