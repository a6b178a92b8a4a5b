"""Training sentences: business calls and small talk in a vocabulary of some 400 words.

`sentence(rng)` draws one utterance. The vocabulary is that of the sample calls plus closely related
words, so that a tiny model can know it by heart; the sample calls' own sentences are never drawn
(`allowed`), and `python text.py --check` proves it on a large draw.
"""
import argparse
import random
import re
from pathlib import Path

CALLS = Path(__file__).resolve().parents[2] / "models" / "demo" / "calls"

# A sample sentence of at least this many words may not occur inside a training utterance. Shorter ones
# ("thank you, tom", "oh no") are stock phrases that every call shares; alone they are excluded as well.
OWN_SENTENCE_WORDS_MIN = 4

# The shares of the three kinds of utterance. Loose words teach the sound of each word without its usual
# neighbours; the study's 30 % of them took too much away from fluent speech.
LOOSE_WORDS_SHARE = 0.12
SECOND_SENTENCE_SHARE = 0.28

SLOTS = {
    "name": "Anna|Tom|Anna|Tom|Maria|Peter|David|Laura",
    "day": "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
    "month": "May|June|July|March|April",
    "part": "morning|afternoon|evening|weekend",
    "n": "two|three|four|five|six|seven|eight|nine|ten|twelve|thirty",
    "hundred": "two hundred|three hundred|four hundred|five hundred|six hundred|eight hundred|nine hundred",
    "units": "days|weeks|months|years|minutes|hours",
    "unit": "day|week|month|year|minute|hour",
    "kin": "son|daughter|sister|brother|husband|wife|mother|father|teacher|friend|boy|team",
    "he": "he|she|my son|my daughter|my brother|my sister|my husband|the dog|my mother|everybody|the teacher",
    "they": "the kids|they|we|you|my customers|the customers|some customers|I|my kids",
    "him": "him|her|them|the dog|my son|you|us|it|everybody",
    "food": "bread|cake|soup|fish|rice|ice cream|sugar|coffee|tea|the whole cake|a small cake|hot soup|a birthday cake|a wedding cake",
    "web": "website|page|home page|order form|button|newsletter|photo|photos|price list|text|phone number|plan|list|email|test",
    "doc": "invoice|plan|list|text|photo|photos|price list|prices|new prices|email|budget|order|newsletter|order form|phone number",
    "place": "lake|sea|beach|town|garden|kitchen|shop|school|house|table|boat|car|train|bakery",
    "adj": "good|great|nice|lovely|beautiful|perfect|okay|ready|late|new|old|small|big|right|funny|happy|bad|short|long",
    "feel": "happy|sad|tired|angry|hot|cold|sorry|famous|brave|good|fine|ready|late",
    "weather": "cold|warm|hot|sunny|rainy|bad|good|lovely|white|quiet",
    "when": "today|tomorrow|this week|next week|on {day}|on {day}|tomorrow morning|this morning|in {month}|next month|by {day}|in {n} {units}|this year|in summer|before the launch|every day|at {n}|now|tonight",
    "past": "yesterday|last week|on {day}|this morning|last year|in summer|last month|all day|all night|last {day}|at night",
    "did": "went|made|sent|found|wrote|got|put|told|asked|ate|forgot|danced|jumped|worked|paid|did|had|saw|took",
    "do": "fix|check|test|change|send|write|finish|see|order|pay|pick|use|need|take|put|get|start|launch|call|ask|tell|make|find|want",
    "much": "very|so|too|very|so",
    "yes": "Yes|No|Okay|Oh|Well|Sure|Great|Good|Perfect|Right|And|But|So|Then|Now",
    "thing": "dog|car|boat|house|phone|music|cake|story|water|weather|snow|food|photo|shop|table|garden|school|train|holiday|wedding|birthday|weekend|kitchen|town|bread|coffee|meeting|problem|bug|card|budget|deadline|page|website|newsletter|price|money|idea|question|step",
    "who": "my {kin}|{name}|{he}|{they}|my {kin}|the {kin}|{name}",
}

BUSINESS = """
Hello, {name}. This is {name}. How are you today?
Hi, {name}. I can hear you now.
Good {part}, {name}. How are you?
Good morning, {name}. This is the bakery.
Hello, this is {name}. Can you hear the music?
I can hear you very well, {name}.
Now I can hear you too.
Can you hear {him} now?
Yes, I can hear {him}.
No, I can not hear you very well.
Let us start with the {web}.
So, let us start with the {doc} for the {web}.
Next, the {web}.
First, the {web}.
Second, the {doc} for {day}.
{yes}, the {web} is {adj}.
The {web} is {adj} now.
The {web} looks {adj}.
I have the {doc} here.
I have them here, {name}.
I have {n} photos here for the {web}.
I sent you the {doc} {past}.
We sent the {doc} on {day}.
You sent me the {doc} {past}.
Thank you for the {doc}.
Thank you very much for the {doc}, {name}.
Did you get the {doc} {past}?
Did you see the {web} {past}?
Did you get my email?
Yes, we got the {doc} {past}.
We paid the invoice {past}.
My {kin} paid for the {thing} {past}.
They paid {hundred} dollars for the {thing}.
Can you use the {web} {when}?
Can you use this photo for the {web}?
Can you put the {web} on the {web}?
Can you put the {doc} under the {web}?
Can you {do} the {web} {when}?
Can you {do} the {doc} for me?
Can they {do} the {web} {when}?
Can we {do} it {when}?
Can we have {n} more {units}?
I can {do} the {web} {when}.
I can put the {web} at the top of the page.
I can put it under the photo.
I will put the {doc} on the home page.
We can put a button under the {doc}.
Then we {do} the {doc} {when}.
Then I will {do} the {web} {when}.
That would be {adj}.
That would be {much} {adj}, thank you.
It would be {adj} to have a new {web}.
The customers can {do} the {doc} on the website.
The customers can see the {doc} and the {doc}.
The customers want to pay with a card.
Some customers pay by card.
Some customers asked about the {thing} {past}.
{n} customers want to order a cake {when}.
Everybody can order by phone.
They can pick the cake and the time.
They order {food} every {day}.
Do they want to order {food} too?
Yes, they can {do} it by phone.
How many {units} do you need?
How many {units} do you need for the {web}?
How many photos do you need for the page?
How many customers have you got?
I need {n} {units} for the {web}.
We need {n} {units} for the {thing}.
We need one more {unit} for that.
For a big cake we need {n} {units}.
For the {thing} we need {hundred} dollars.
A wedding cake needs {n} days.
I will write the {doc} on the page.
I will write it {when}.
I will write that in the email.
I will {do} it {when}.
I will {do} that for you.
I will do it for {him}.
We will do that {when}.
One more question about the {thing}.
One more thing about the {web}, please.
When can we {do} the {web}?
When can you {do} the new {web}?
When can I see the {web}?
When will the {web} be ready?
When is the {thing}?
When is the launch of the {web}?
When is your {thing}, {name}?
When is the next meeting?
We can launch the {web} {when}.
We launch the new website {when}.
The launch is on {day}.
The launch is {when}.
{day} is {adj} for me.
{day} is fine. Can you call me {when}?
{day} at {n} is {adj} for us.
Is {day} at {n} good?
Is {day} {adj} for your team?
Can you send me the {doc} {when}?
Can you send us a short {doc}?
Can you send it by {day}?
Please send me the {doc} {when}.
Please send us {n} photos of the {thing}.
Please tell {him} about the {thing}.
Please tell me when the {web} is ready.
Please call me {when}.
Please check the {doc} before {day}.
Please do not change the {doc}.
Yes, I will send you the {doc} {when}.
I will send you an email {when}.
I will send the next steps in an email.
I will check the prices with my {kin}.
My team can {do} the {doc} {when}.
Then my {kin} can {do} the {doc} before {day}.
My team will {do} the {doc}.
Your team can check it {when}.
My {kin} has the {doc}.
My {kin} will send it {when}.
My {kin} can send you the {doc}.
He can send it {when}.
She can {do} it {when}.
He has the new {doc}.
The prices did not change.
Did the {doc} change {past}?
Did the customers see the prices?
The {food} is {n} dollars.
The {food} is {n} dollars more now.
The bread is the same, and the cake is {n} dollars.
The price of the {thing} is the same.
The price is {hundred} dollars.
What is the price of the {thing}?
What is the budget for the {thing}?
What is the deadline for the {doc}?
What is the problem with the {web}?
What is the next step?
What do you need from me?
What do you want to {do} first?
What does {he} want?
What did {he} do?
The budget for the {thing} is {hundred} dollars.
The budget is {n} hundred dollars this month.
My budget is {hundred} dollars for this year.
That is {hundred} dollars for the {unit}.
{who} wants {hundred} dollars for the {thing}.
We have {hundred} dollars for the {web}.
The deadline is {when}.
The deadline for the {doc} is {day}.
The deadline for the photos is in {n} {units}.
I need the {doc} by {day}.
I need the {doc} and the {doc} from you.
I need {n} things from your team.
I need you to {do} the {doc}.
First I need the {doc}.
I will change the {web} {when}.
I will change the page when the {doc} is ready.
I will call you when I have the {doc}.
We can send a newsletter every {unit}.
We send the newsletter {when}.
We can send a short newsletter {when}.
The first newsletter is for the new {thing}.
Put the {food} in the newsletter, please.
Can we put the {thing} in the first email?
Send me a photo of the {thing} and a text.
Please write a short text about the {thing}.
I will write the text for the {web}.
Okay, I will write to {him} {when}.
We found a small {thing} on the {web}.
We found {n} bugs on the order form {past}.
There is a small bug on the page.
There is a problem with the {web}.
The button on the {web} does not work.
The {web} does not work on my phone.
It does not work on some {web}.
The page for the order does not look good.
Does it work on your phone?
On some phones the {web} is too {adj}.
Can you fix the {web} before {day}?
Yes, we will fix the bug {when}.
I will test it and fix it.
We test the {web} {when}.
The test will take {n} {units}.
Tell them the {web} will be {adj} {when}.
The form will be there {when}.
Okay, I will call {him} {when}.
I will call them on {day}.
I have a question for {name}.
I have {n} questions about the {web}.
I have a big problem with the {thing}.
Do you have a question about the {doc}?
Sure, tell me about the {thing}.
Go ahead, {name}.
Yes, go ahead please.
We want new photos of the {thing} {when}.
My {kin} can take the photos.
He can take the photos in {month}.
I will ask my {kin} about the photos.
I will ask him {when}.
I asked them about {month}.
She needs {n} {units} for the photos.
He needs one more {unit} for it.
We are in the {place} on {day}.
I am in the {place} {when}.
I am not in the shop on {day}.
Can we meet {when}?
Can we meet in the {place} on {day}?
We can meet on {day} at {n}.
Let us meet {when}.
Our meeting is {when}.
You can see the {web} {when}.
You will see it {when}.
You have {n} {units} to check it.
Then you have {n} {units} for the {doc}.
Then they have a week to see it.
The next steps are in the email.
I will do the next steps {when}.
Talk to you {when}, {name}.
We talk again {when}.
Is there a question?
Is there anything from {name}?
Is there anything else you need from me?
That is everything for {when}.
No, that is everything from me.
No, that is all. Thank you.
Thank you for the call, {name}.
Thank you for everything.
Thank you and goodbye, {name}.
Perfect. Have a good {part}.
Have a lovely {part}, {name}.
Have a nice {part}. Goodbye.
Goodbye, {name}. Have a good {day}.
You too, {name}. Talk to you on {day}.
You too. Have a nice {part}.
Say hello to {who}.
Say hello to your {kin} from me.
Okay, goodbye, {name}.
I will. Talk to you {when}.
That is a {adj} idea.
Yes, that is {adj}.
That is a very good question.
Good idea, {name}.
Okay, that is fine with me.
That is okay for {him}.
You are right, the {web} is {adj}.
Yes, you are right about the {thing}.
So, shall we look at the {doc}?
So, shall we start with the {doc}?
Shall we talk about the {doc} now?
Shall we {do} the {web} {when}?
Let us look at the {doc}.
So, let us look at the new {web}.
Let us talk about the {thing}.
That is a {adj} story. Let us talk about the {doc}.
{name}, that is a {adj} story.
We have {n} minutes.
We have {n} minutes for the {doc}.
Let me park the {thing} for the end.
Let me park this for {day}.
I need two things for the {web}.
I need {n} things from {him} today.
Let us come back to the {doc}.
Let us come back to the {web} so we have time for it.
We want to finish on time.
So we finish the {web} on {day}.
Can we come back to the {thing}?
""".strip().split("\n")

SMALL_TALK = """
How was your {thing}?
How was the {thing} {past}?
And how was your {thing}, {name}?
How is your {kin}?
How are the kids?
It was {adj}, thank you.
It was {much} {adj}, {name}.
It was {adj}. I worked {past}.
My weekend was {much} {adj}.
We went to the {place} {past}.
We went to the {place} with my {kin}.
We went to the {place} with the kids and the dog.
{he} went to the {place} and got more {food}.
{they} went swimming in the {place}.
My {kin} went to the shop {past}.
My {kin} got a new {thing}.
My {kin} got some {food} from the shop.
Oh, how {adj}.
Oh, that is {adj}.
Oh no, the {thing}?
Oh no, {he} ate {food}?
Oh no. What did {they} do?
Was the {thing} {adj}?
Was the {thing} {weather} too?
Was it {weather} at the {place}?
Is it {weather} in the {place}?
No, it was {weather}, but {they} went to the {place} anyway.
No, it was {much} {weather} in the {place}.
The water was {weather}, but we went swimming.
It is {much} {weather} {when}.
It was {much} {weather} {past}.
It was {weather} and {weather} all the time.
It was raining {past}.
It is raining in the {place}.
{who} is a {adj} boy.
He is {much} {feel}.
She is {much} {feel} today.
She was {much} {feel}.
My {kin} was {much} {feel}.
My {kin} is {much} {feel}, and my {kin} was {feel}.
{they} are {much} {feel}.
The kids are {feel} and {feel}.
We are {much} {feel} {when}.
I am {much} {feel} {when}.
I am {feel} to hear about the {thing}.
I am sorry about the {thing}.
I worked in the {place} {past}.
I made {food} in the kitchen.
I made {food} and {food}.
I worked in the {place} and had {food}.
We worked {past} in the {place}.
We made {food} {past}.
We made {food} for the {thing} of my {kin}.
We made a big {thing} for {who}.
We had {food} and {food}.
We had {food} {past}, and it was {adj}.
We had a {adj} {thing} in the {place}.
We had a small {thing} at the {place}.
I love {food} when it is {weather}.
I love the {place} in {month}.
I love {food}, and my {kin} loves {food}.
That sounds {adj}.
That sounds like a {adj} {thing}.
That sounds {much} {adj}, {name}.
Me too, {name}.
Me too. I love {food}.
You will not believe what {who} did {past}.
You will not believe this story.
Guess what {he} did {past}.
Guess what was in the {place}.
And guess who {did} the {thing}.
What did the {kin} do?
What did {he} say?
The {thing} was on the {place} {past}.
The {thing} was in the {place}.
The {thing} was {much} {adj}.
The {thing} was {adj}, and we {did} with the kids.
The {thing} was {adj} too.
The new {thing} was ready {past}.
The new {thing} is {adj}.
The cake was ready at {n} in the {part}.
And then the dog {did} the {thing}.
And then {he} jumped on the {place}.
And then {they} {did} it.
The dog ate {food} and jumped on the {place}.
The dog is in the {place}.
The dog is {much} {feel}.
{he} jumped on the {place} and {did} {food}.
The whole {thing} was {adj}.
The whole {place} is {weather} {when}.
The whole town wants to see the {thing}.
In a minute, {name}.
In a {unit} or two.
So {he} {did} the {thing} {past}.
So my {kin} went to the {place}.
And we {did} {past} in the {place}.
That is a {adj} {thing}.
That is a {adj} day.
That was a {adj} night.
That is a long story.
Yes, and the {thing} was {much} {adj}.
Yes, and it was {weather} {past}.
The weather is {weather} {when}.
The music was {adj}.
The music was {much} {adj}, and {they} danced.
We danced {past} with {him}.
We danced with the {kin} and the {kin}.
And my {kin} told a {adj} story about {him}.
My {kin} told me a story about his new {thing}.
My {kin} told everybody about the {thing}.
He told {him} about the {thing}.
It was {adj}. The {thing} was {adj} too.
The food was {adj}.
We had fish and {food} for {who}.
There was {food} and {food}.
My old {kin} from school was there.
My old {thing} is from {who}.
The teacher from my old school was {feel}.
Who was there?
Wait, I forgot the {thing}.
Wait, there is more.
This is the {adj} part of the story.
This is the best {thing} of the {unit}.
The best part was the {thing}.
My {kin} is famous now.
The {thing} is famous in the {place}.
My {kin} put a photo of the {thing} on the phone.
She put the photo of {him} on the page.
I put a photo of the {thing} on the website.
Everybody in the {place} wants {food}.
Everybody wants to see {him} now.
Everybody was {much} {feel}.
That is {much} funny, {name}.
That is funny. What did {he} do?
Oh, I forgot the {thing}.
Oh, I forgot to ask you about the {thing}.
I want to tell you about the {thing}.
I forgot to tell {him} about it.
We are going to the {place} {when}.
{they} are going to the {place} in summer.
We want to go to the {place} {when}.
How {adj}. Is it your {thing}?
Is it your first {thing} in the {place}?
Is this your first holiday with {him}?
It is our first {thing} this year.
Yes, my {kin} is {much} {feel}.
They want to {do} every day.
They want to swim in the {place}.
He wants to swim {when}.
Last {unit} we had a {adj} {thing} at the {place}.
Last {day} we had {food} in the {place}.
Last year we had a house by the sea.
The house on the beach was {adj}.
It was {weather} and {weather}, and we had {food}.
We had ice cream on the beach every day.
My {kin} wants a {thing} now.
My {kin} wants a {adj} {thing}, but {he} is {feel}.
My {kin} is only {n}.
He is only {n} years old.
She is {n} now.
Do you have {food} too?
Do you have a {thing}?
Do you have kids?
Do the kids have school {when}?
Yes, the whole {thing} is {adj} {when}.
The {place} is white this {part}.
There is snow in the {place}.
There is so much snow {when}.
There is no {thing} {when}.
There is no school on {day}.
My {thing} was late {past}.
My train was {adj}, and it was {weather}.
The train is late every {unit}.
The car is {weather}, and the coffee is too.
Then you need {food}.
Then you need a {weather} {thing}.
I need a hot coffee too.
I have one in the {place}.
I have a coffee here.
I have some {food} here.
I had {food} and a coffee {past}.
Happy birthday, {name}.
It is the birthday of my {kin} {when}.
The wedding is in {month}.
My {kin} had a {adj} wedding in the {place}.
""".strip().split("\n")

STARTERS = ["Okay.", "Perfect.", "Great.", "Good.", "Yes.", "No.", "Sure.", "Oh no.", "You too.", "I will.", "Thank you."]
SMALL_CHANGE = ["Okay.", "Great.", "Yes.", "No.", "Sure.", "Oh.", "Right.", "Good.", "Really?", "Thank you.", "I see.",
                "Very good.", "Good night.", "Oh, great.", "Yes, please.", "Okay, good.", "Right, okay.", "Well, okay."]

# Closely related words that no template holds: each sample word has company of the same kind.
EXTRA_WORDS = "again all and at by day else her his no not of only or our she some than their wait white whole why".split()


def words(text):
    """The words of a text in lower case, as they are counted and compared everywhere in this folder."""
    return re.findall(r"[a-z']+", text.lower())


def sample_utterances():
    """Texts of all utterances in the sample calls."""
    texts = []
    for path in sorted(CALLS.glob("*.call")):
        for line in path.read_text(encoding="utf-8").splitlines():
            match = re.match(r"[A-Z]: (.*)", line)
            if match:
                texts.append(re.sub(r"\{[^}]*\}", "", match.group(1)).strip())
    return texts


def own_sentences():
    """(whole utterances, single sentences long enough to be recognised), as spaced lower-case words."""
    whole, parts = set(), set()
    for text in sample_utterances():
        whole.add(" ".join(words(text)))
        for part in re.split(r"(?<=[.?!]) ", text):
            if len(words(part)) >= OWN_SENTENCE_WORDS_MIN:
                parts.add(" ".join(words(part)))
    return whole, parts


OWN_WHOLE, OWN_PARTS = own_sentences()


def allowed(text):
    """False for a sample call's own utterance and for any text that holds one of its sentences."""
    flat = " ".join(words(text))
    padded = f" {flat} "
    return flat not in OWN_WHOLE and not any(f" {part} " in padded for part in OWN_PARTS)


CHOICES = {name: text.split("|") for name, text in SLOTS.items()}


def fill(template, rng):
    """Replace each {slot} by a random choice, until none is left."""
    while True:
        match = re.search(r"\{(\w+)\}", template)
        if not match:
            break
        template = template[: match.start()] + rng.choice(CHOICES[match.group(1)]) + template[match.end():]
    template = re.sub(r"\ba (?=[aeiou])", "an ", template)
    template = re.sub(r"\b(the|a|an|my|your) (the|a|an|my) ", r"\1 ", template)
    return template[0].upper() + template[1:]


def vocabulary():
    """Every word with its usual capital letter, from the templates and the sample calls."""
    found = {}
    pool = [re.sub(r"\{\w+\}", " ", t) for t in BUSINESS + SMALL_TALK + [c for v in CHOICES.values() for c in v]]
    pool += sample_utterances() + EXTRA_WORDS + STARTERS + SMALL_CHANGE
    proper = {w for k in ("name", "day", "month") for w in CHOICES[k]} | {"I"}
    for text in pool:
        for word in re.findall(r"[A-Za-z']+", text):
            found[word if word in proper else word.lower()] = True
    return sorted(found)


WORDS = vocabulary()


def loose_words(rng):
    """Two to six unrelated words."""
    text = " ".join(rng.choice(WORDS) for _ in range(rng.randint(2, 6)))
    return text[0].upper() + text[1:] + rng.choice("..?")


def one_sentence(rng):
    """One filled template; templates with slots are drawn more often, as they hold more sentences."""
    pool = BUSINESS if rng.random() < 0.5 else SMALL_TALK
    template = rng.choice(pool)
    if "{" not in template and rng.random() < 0.5:
        template = rng.choice(pool)
    return fill(template, rng)


def draw(rng):
    """One utterance without regard to `allowed`."""
    dice = rng.random()
    if dice < LOOSE_WORDS_SHARE:
        return loose_words(rng)
    if dice < LOOSE_WORDS_SHARE + 0.04:
        return rng.choice(SMALL_CHANGE)
    first = one_sentence(rng)
    if rng.random() < SECOND_SENTENCE_SHARE and len(words(first)) < 9:
        second = one_sentence(rng)
        if rng.random() < 0.4:
            first = rng.choice(STARTERS)
        if len(words(first)) + len(words(second)) <= 16:
            return f"{first} {second}"
    return first


def sentence(rng):
    """One utterance that is none of the sample calls' own."""
    while True:
        text = draw(rng)
        if allowed(text):
            return text


def check(count):
    """Prove on a large draw that no sample sentence comes out and that the sample words are all known."""
    rng = random.Random(0)
    drawn = [sentence(rng) for _ in range(count)]
    bad = [t for t in drawn if not allowed(t)]
    known = {w for t in drawn for w in words(t)}
    missing = {w for t in sample_utterances() for w in words(t)} - known
    average = sum(len(words(t)) for t in drawn) / count
    print(f"{count} drawn, {len(set(drawn))} different, {average:.1f} words each, {len(WORDS)} words in all")
    print(f"sample sentences drawn: {len(bad)}; sample words never drawn: {sorted(missing)}")
    return not bad and not missing


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="prove the exclusion of the sample sentences")
    parser.add_argument("--show", type=int, default=0, help="print so many sentences")
    options = parser.parse_args()
    show = random.Random(1)
    for _ in range(options.show):
        print(sentence(show))
    if options.check and not check(50_000):
        raise SystemExit(1)
