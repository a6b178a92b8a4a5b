"""The ids of English-only whisper models: whisper.cpp takes a model of 51,864 tokens for one."""

EOT, SOT, PREV, NO_SPEECH, NO_TIMES, FIRST_TIME = 50256, 50257, 50360, 50361, 50362, 50363
VOCABULARY = 51_864
TIMES = 1_501  # <|0.00|> to <|30.00|> in steps of 0.02 s
