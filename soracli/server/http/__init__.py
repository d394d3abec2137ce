"""`sora serve --http`: the verbs over HTTP, in the format of OpenAI's video and image API.

app         routes, errors, who may ask
forms       what a request says -> a call of a verb
queue       jobs in the order they came, their states and progress
store       jobs and their files in the data folder, with a bound
worker      a process that does calls; `child` is what runs in it
characters  pictures under names, for scenes to play in
other       command lines that come through another protocol
page        what is answered at `/`, of `page_parts`
"""
