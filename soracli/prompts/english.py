"""Common English words that are not the name of a thing to draw: what `vocabulary` passes over. Tables only."""

from __future__ import annotations

DETERMINERS = frozenset(
    """
    a an the this that these those my your his her its our their some any each every another other both all many
    several few no one two three four five six seven eight nine ten eleven twelve dozen hundred thousand
    """.split()  # noqa: SIM905
)

BREAKERS = frozenset(  # prepositions, conjunctions, pronouns, auxiliaries, adverbs
    """
    about above across after against along alongside amid among around as at atop away back before behind below
    beneath beside besides between beyond but by despite down during except for from in inside into like near next of
    off on onto opposite out outside over past per plus round since than through throughout till to toward towards
    under underneath until up upon via while with within without and or nor so yet if because when where whereas which
    who whom whose what why how though although then i me we us you he him she it they them itself himself herself
    themselves something someone somebody everyone nobody am is are was were be been being do does did done has have
    had having will would shall should can could may might must not don't doesn't isn't aren't let lets let's there
    here bigger larger smaller closer faster slower higher lower nearer longer shorter again ahead almost alone
    already also always altogether apart aside aloft ashore aboard abroad afar backward backwards downward downwards
    elsewhere enough ever everywhere far farther fast forever forth forward forwards further hard high home indoors
    instead inward just late later left leftward leftwards less long low maybe more most much never nearby now often
    once only outdoors outward overhead perhaps quite rather right rightward rightwards sideways sometimes somewhere
    soon still straight together too twice upright upside uphill downhill upward upwards very well downtown please vs
    versus etc else even
    """.split()  # noqa: SIM905
)

VERBS = frozenset(  # base forms and irregular pasts; their -s, -ed and -ing forms are understood
    """
    act add admire animate appear approach arrive ask attack avoid babble balance bark bask be beam become begin bend
    bite bleat blink bloom blossom blow board bob boil bounce bow break breathe bring brush build bump burn burst bury
    buzz call capture care carry cartwheel cast catch cause change charge chase cheer chew chill chirp chomp chug
    circle clap clean climb cling close collect collide come complete compose contain continue cook cover crack crash
    crawl create creep croak cross crouch cruise crumble cry curl cut dance dangle dart dash deliver depart depict
    descend dig dip disappear dissolve dive do dodge doze drag draw dream dress drift drink drip drive drop eat emerge
    emit empty enjoy enter erupt escape evolve examine exit explode explore express extend face fade fall feature feed
    feel fetch fight fill film find finish fit fix flap flash flee flicker flip float flow flutter fly focus fold
    follow freeze frolic fry gallop galop gather gaze generate get give glance gleam glide glimmer glint glisten
    glitter glow go grab graze greet grin grow growl guard guide halt hang happen hatch haul head hear heat help hide
    hit hold hop hover howl hug hum hunt hurry illuminate imagine include jog join juggle jump keep kick kiss knock
    land laugh launch lay lead lean leap leave let levitate lick lie lift light linger listen live load look loom love
    lunge make march melt meet meow merge mix moo move munch nap nest nibble nod nuzzle observe open orbit order pace
    paddle paint park part pass pause peck peek perch perform pick play plod plow plunge point pop pounce pour prance
    prepare press prowl pull purr pursue push put quack race raise ram ramble reach read rear recede reflect relax
    release remain render rest return reveal revolve ride ring rip ripple rise roam roar rock roll rotate row rub run
    rush sail saunter savor savour say scamper scan scare scatter scream scurry scuttle search see seem send set
    settle shake share shatter shimmer shine shiver shoot shout show shrink shut sing sink sip sit skate ski skid skip
    skitter slam sleep slide slip slither slow smash smell smile smoke smooch sneak sniff snooze snore soar sparkle
    speak speed spin splash split spot spray spread spring sprint squeak squeal stack stalk stand stare start stay
    steal steer step stick stomp stop strap stretch stride strike stroll struggle strut stumble suck surf surface
    surround survey sway sweep swerve swim swing swirl swoop take talk tap taste teach tear tell think throw tick tilt
    tiptoe toddle topple toss touch tow track transform travel traverse trek tremble trot trudge try tuck tug tumble
    turn twinkle twirl twist unfold use vanish visit wade waddle wag wait wake walk wander want wash watch wave wear
    weave whirl whisper whistle whizz wiggle win wink wobble work wriggle write yawn zip zoom amble skim swell lurk
    ate began blew broke brought built came caught dove drank drew drove fell felt flew found froze gave got grew
    heard held hid hung kept knew laid led left lost made met ran rang rode rose said sang sank sat saw sent shone
    shook shot slept slid spoke spun stood stole struck swam swept swung threw told took tore went wept woke won wore
    wrote blown broken driven drawn fallen flown frozen gone grown hidden known lit ridden seen shown spilled spilt
    taken thrown worn woven parked packed
    """.split()  # noqa: SIM905
)

ADJECTIVES = frozenset(
    """
    abandoned abstract active adorable adult aerial alien alive amazing ancient angry antique arctic asian american
    african european australian antarctic awesome autumn baby bad bald bare beautiful best better big black blank
    bleak blonde blue blurry bold brave bright brand british broad brown busy calm careful cartoon cartoonish cheap
    chic chill chinese chubby cinematic classic clean clear clever close cloudy clumsy coastal cold colorful colourful
    common cool cosy cozy crazy creamy crisp crystal curious curly cute cyan damp dark deep deserted detailed
    different digital dim dirty distant double dramatic dreamy dry dull dusty eager early eastern easy eerie elderly
    elegant empty english enormous entire epic evil exotic extra extreme faint fair false famous fancy fat favorite
    fierce final fine firm first flat fluffy foggy foreign free french fresh friendly frosty full funny furry fuzzy
    gentle german giant gigantic glad glossy gold golden good gorgeous grand grassy gray great green grey grim gritty
    grumpy hairy happy harsh hazy heavy hidden holy hot huge humble humid hungry icy idle idyllic immense indigo
    intense italian japanese jolly joyful juicy jumbo keen kind large last lazy lean light little live lively lone
    lonely loose loud lovely low lucky lunar lush macro mad magic magical magenta main majestic mango massive mean
    medium mellow merry mighty mild mini miniature minimal misty modern moody moonlit moving muddy mysterious mystical
    naked narrow native natural neat neon new nice noir noble noisy normal northern odd old only open orange original
    overcast own pale pastel perfect photorealistic pink plain pleasant plush polar polite poor posh prehistoric
    pretty proud pure purple quaint quick quiet quirky rainy rapid rare raw ready real realistic rife red regal remote
    retro rich rocky romantic rough round royal rural russian rustic rusty sad safe same sandy scary scenic second
    secret sepia serene sharp shiny short shy sick silent silly silver simple single sleek sleepy sleeping slender
    slim slow small smart smooth snowy soft solid solo southern spanish special spotted square stark steady steep
    sticky stiff still stormy strange striped strong stuffed stunning sturdy sunlit sunny super surreal sweet swift
    tall tan tame tender thick thin third tidy tight tiny tired top tough toy traditional tropical true turquoise ugly
    ultra unique unusual urban vast velvet vibrant victorian vintage violet vivid warm weird western wet white whole
    wide wild windy wise wooden woolly worn yellow young underwater slow-motion time-lapse high-quality low-poly
    stop-motion black-and-white close-up dapper radiant rugged cubic cylindrical triangular rectangular oval spherical
    translucent transparent gourmet juicy metallic ceramic panoramic chiseled tapered muted ripe overripe dazed drowsy
    delicious crispy elongated freckled lanky lithe nimble scruffy shaggy spindly squat stout svelte weathered wiry
    wispy zany
    """.split()  # noqa: SIM905
)

PASSED_OVER = frozenset(  # nouns of film, of manner, of time and of scenery that places draw unasked
    """
    action ambience angle animation anime art artwork atmosphere aesthetic b-roll backdrop background backlight blur
    bokeh bottom camera cartoon centre center cgi cinema cinematography claymation clip close-up closeup adventure
    trip color colour composition contrast corner definition depth detail details direction drawing dslr dusk dawn
    edge editing effect effects exposure field film flare focus footage foreground format frame frames fps front
    graphics grading hd hdr uhd illustration image imagery ink pan kind landscape lens light lighting lights line
    lines lomo loop middle montage mood motion movie noir octane painting panorama perspective photo photograph
    photography picture piece pixel pixels poster pov quality reel render rendering resolution scale scene scenery
    sepia sequence shade shader shadow shadows shot shots side sides silhouette sketch slowmo slow-mo sort speed stop
    style subject tale texture timelapse time-lapse tone tones trailer type unreal vector version video view vibe
    vibes watercolor watercolour wideangle wide-angle zoom tracking dolly drone-shot rotation orbit tilt handheld
    steadicam mm 35mm 16mm 3d 2d 8-bit clay design game games background-music shower swirl town zoom-in zoom-out
    push-in pull-back canal 4k 8k 1080p 720p 16-bit 8bit 16bit low-poly lowpoly pixar disney ghibli afternoon autumn
    beginning brightness chaos circle circles cold courage curiosity darkness day daylight daytime delight distance
    end energy evening excitement fall fear feeling freedom fun glory grace group growth half happiness hate haste
    heat height hour hours joy lead life look lot love manner midday midnight minute minutes moment moonlight morning
    movement name nature night nightfall nighttime noon pair pace part peace place play power pride rest row rush
    season second seconds sense silence size solitude space spring step story summer sundown sunlight sunrise sunset
    sunshine surface thing things time top turn twilight way week weather winter wonder world year years daybreak
    sadness sound sounds glow haze noise trail grain air bush bushes cloud clouds country countryside drizzle dust
    earth fog grass ground hill hills horizon land leaf leaves meadow mist moon mountain mountains rain rainfall ray
    rays ridge ridges road rock rocks sand shore sky skies skyline snow snowfall snowflake snowflakes soil star stars
    stone stones storm sun tree trees vegetation water wave waves wind wood woods blizzard downpour breeze confetti
    firefly fireflies rainstorm snowstorm beak beaks ear ears eye eyes face faces feather feathers feet foot fur hair
    head heads hoof hooves horn horns leg legs mane mouth neck nose paw paws skin tail tails teeth tongue trunk tusk
    tusks whiskers wing wings shell stripes spots engine headlight headlights tire tires wheel wheels smoke splash
    animal animals being beast bird birds creature creatures insect insects vehicle vehicles object objects
    """.split()  # noqa: SIM905
)

NOUNS_THAT_LOOK_OTHERWISE = frozenset(  # nouns with an ending of adjectives, adverbs or participles
    """
    assembly attic butterfly belly bully cable clinic comic dish fabric family fly grizzly gully holly jelly lily
    magic mosaic music olive picnic detective stable table vegetable archive beehive fish radish goldfish jellyfish
    starfish bed moped reed seed shed sled steed weed building ceiling clothing dumpling duckling evening king morning
    painting pudding ring string swing thing viking wedding wing
    """.split()  # noqa: SIM905
)
