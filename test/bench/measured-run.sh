# Runs the command behind its name, hands stdin on to it, and writes to descriptor 3: its process id, then the shell's
# `times` (second line: user and system CPU of the command, which POSIX gives without any tool that may be missing).
exec 4<&0
"$@" <&4 4<&- 3>&- &
exec 4<&-
echo $! >&3
wait $!
code=$?
times >&3
exit $code
