# What the stand-in commands share: they ask the model that runs behind packetdrill through two
# pipes in $TCP_LIFECYCLE_RUN. Sourced by them.

# Asks one question. Prints the answer; fails with a message if the model refuses.
ask() {
    printf '%s\n' "$*" > "$TCP_LIFECYCLE_RUN/question"
    {
        IFS= read -r verdict
        while IFS= read -r line && [ "$line" != . ]; do
            printf '%s\n' "$line"
        done
    } < "$TCP_LIFECYCLE_RUN/answer"
    case $verdict in
    ok) ;;
    *)
        printf '%s: %s\n' "${0##*/}" "${verdict#error }" >&2
        return 1
        ;;
    esac
}

# Prints an address and a port with a colon between.
place() {
    case $1 in
    *:*) printf '[%s]:%s' "$1" "$2" ;;
    *) printf '%s:%s' "$1" "$2" ;;
    esac
}
