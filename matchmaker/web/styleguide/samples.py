"""Sample words of the gallery, in three scripts; invented companies and goods."""

EN = {
    "title": "Match suggestions",
    "lead": "Forty-one buyers look for what you offer. Nine of them asked for an answer this week.",
    "company": ("Surin Fragrant Rice Mill", "素林香米厂", "TH", "Surin"),
    "text": "Jasmine rice, new crop, long grain, moisture under 14%. We mill to order and ship from Laem Chabang.",
    "steps": ["Company", "Product", "Readiness", "First matches"],
    "parts": ["Product", "Quantity", "Certificates", "Price"],
    "part_why": "“Hom Mali” is the same variety as “茉莉香米”.",
    "reasons": [
        "Offers jasmine rice; the demand asks for “茉莉香米” (HS 1006.30).",
        "Can ship 300 t a month; 250 t are wanted.",
        "Duty 0% under ACFTA with Form E, instead of 65%.",
    ],
    "conditions": [
        ("Registered with GACC", "CTHA12340567, valid until 30 June 2029"),
        ("Delivery before 15 January", "Earliest shipment is 2 February."),
        ("Halal certificate", "Nobody has said. Ask the supplier."),
    ],
    "readiness": [
        ("Phytosanitary certificate", "Issued by the Department of Agriculture for each lot.", "GACC Order 177"),
        ("Overseas producer registration", "Rice mills need a number before the first shipment.", "GACC Decree 280"),
        ("Label in Chinese", "Not needed for bulk goods.", "GB 7718-2025"),
    ],
    "timeline": [
        ("Asked for a quote: 250 t, CIF Wuhan", "Zhongbai Group"),
        ("Certificate confirmed", "Organiser"),
        ("Reminder sent: two answers are due", "matchmaker"),
        ("Joined through the Thai chamber", "Surin Fragrant Rice Mill"),
    ],
    "figures": [
        ("Demands open now", "312", "from 96 buyers"),
        ("Suppliers", "1,408", "61 countries"),
        ("Meetings agreed", "874", ""),
        ("Became an order", "US$48.2m", "confirmed by both sides"),
    ],
    "facts": [
        ("HS code", "1006 30 20"),
        ("Origin", "Thailand"),
        ("Minimum order", "25 t"),
        ("Terms", "FOB Laem Chabang, CIF Shanghai"),
    ],
    "facets": [
        ("country", "Country", [("Thailand", 128, "TH"), ("Viet Nam", 96, "VN"), ("Cambodia", 41, "KH")]),
        ("certificate", "Certificate", [("Organic", 57, ""), ("Halal", 33, ""), ("HACCP", 210, "")]),
    ],
    "chips": [("Country", "Thailand"), ("Certificate", "Organic")],
    "rows": [
        {
            "name": "Hom Mali jasmine rice",
            "sub": ("zh-Hans", "茉莉香米"),
            "maker": "Surin Fragrant Rice Mill",
            "country": "TH",
        },
        {
            "name": "Comté, 12 months",
            "sub": ("zh-Hans", "孔泰奶酪"),
            "maker": "Fruitière du Jura",
            "country": "FR",
        },
        {
            "name": "Ball valve DN 50, stainless",
            "sub": ("zh-Hans", "不锈钢球阀"),
            "maker": "Valvole Bresciane",
            "country": "IT",
        },
    ],
    "job": "Matching products and demands",
    "commands": [
        ("Companies waiting for approval", "Companies", "building", "pending verify"),
        ("Run the matching", "Matching", "arrows-exchange", "engine start"),
        ("Draft the meeting plan", "Events", "calendar-event", "schedule slots tables"),
    ],
    "empty": ("No demands yet", "Post what you want to buy, or paste the lines from a sheet.", "Post a demand"),
    "todo": [
        ("Companies wait for approval", "The oldest since Monday", 14),
        ("Answers are overdue", "Reminded once", 6),
        ("Notices could not be delivered", "Address refused", 2),
    ],
    "tabs": (("All", 24), ("Waiting for your answer", 3), ("Both said yes", 1), ("Settings", None)),
    "quota": (
        "This heading comes under a tariff quota.",
        "Inside it the low rate holds; whatever is above it pays 65%. Chinese importers hold the quota.",
    ),
    "sure": "Read in the announcement.",
    "terms": (
        ("Price", "US$560 / t, CIF Wuhan", "US$540 / t, CIF Shanghai"),
        ("Quantity", "250 t a month", "300 t a month"),
        ("Delivery", "by 15 January 2027", "from 2 February 2027"),
        ("Sample", "", "2 kg, free"),
    ),
    "window": ("Everything is in place.", "One paper is missing.", "The new label rule holds."),
    "acting": ("Lin Lan", "She asked by telephone for help with her products."),
    "event": ("Food and drink from Southeast Asia", "Wuhan International Expo Centre, Hall 3"),
    "person": ("Somchai Srisuk", "Surin Fragrant Rice Mill"),
}

ZH = {
    "title": "匹配建议",
    "lead": "有 41 家采购商正在寻找您的产品，其中 9 家希望本周得到答复。",
    "company": ("素林香米厂", "Surin Fragrant Rice Mill", "TH", "素林府"),
    "text": "当季茉莉香米，长粒，水分低于 14%。按单碾制，由林查班港发运。",
    "steps": ["企业", "产品", "准入准备", "首批匹配"],
    "parts": ["产品", "数量", "证书", "价格"],
    "part_why": "“Hom Mali”与茉莉香米为同一品种。",
    "reasons": [
        "供应茉莉香米，与采购需求一致（HS 1006.30）。",
        "每月可供 300 吨，需求为 250 吨。",
        "凭“Form E”适用中国—东盟自贸协定，税率由 65% 降为 0。",
    ],
    "conditions": [
        ("已在海关总署注册", "注册号 CTHA12340567，有效期至 2029 年 6 月 30 日"),
        ("1 月 15 日前交货", "最早装运日期为 2 月 2 日。"),
        ("清真认证", "尚无信息，可向供应商询问。"),
    ],
    "readiness": [
        ("植物检疫证书", "由出口国主管部门逐批签发。", "海关总署第 177 号令"),
        ("境外生产企业注册", "大米加工厂首批发运前须取得注册编号。", "海关总署第 280 号令"),
        ("中文标签", "散装货物无需标签。", "GB 7718-2025"),
    ],
    "timeline": [
        ("请求报价：250 吨，CIF 武汉", "中百集团"),
        ("证书已核实", "主办方"),
        ("已发送提醒：两项答复即将到期", "matchmaker"),
        ("通过泰国商会加入", "素林香米厂"),
    ],
    "figures": [
        ("当前采购需求", "312", "来自 96 家采购商"),
        ("供应商", "1,408", "61 个国家"),
        ("已约定洽谈", "874", ""),
        ("已成订单", "4820 万美元", "经双方确认"),
    ],
    "facts": [("HS 编码", "1006 30 20"), ("原产国", "泰国"), ("起订量", "25 吨"), ("贸易条件", "FOB 林查班，CIF 上海")],
    "facets": [
        ("country", "国家", [("泰国", 128, "TH"), ("越南", 96, "VN"), ("柬埔寨", 41, "KH")]),
        ("certificate", "证书", [("有机认证", 57, ""), ("清真认证", 33, ""), ("HACCP", 210, "")]),
    ],
    "chips": [("国家", "泰国"), ("证书", "有机认证")],
    "rows": [
        {"name": "茉莉香米", "sub": ("en", "Hom Mali jasmine rice"), "maker": "素林香米厂", "country": "TH"},
        {"name": "孔泰奶酪，12 个月", "sub": ("fr", "Comté"), "maker": "汝拉奶酪合作社", "country": "FR"},
        {"name": "DN 50 不锈钢球阀", "sub": ("en", "Ball valve"), "maker": "布雷西亚阀门", "country": "IT"},
    ],
    "job": "正在匹配产品与采购需求",
    "commands": [
        ("待审核企业", "企业", "building", "shenhe"),
        ("运行匹配", "匹配", "arrows-exchange", "pipei"),
        ("起草洽谈安排", "洽谈会", "calendar-event", "qiatan"),
    ],
    "empty": ("还没有采购需求", "发布您想采购的商品，或从表格中粘贴明细。", "发布采购需求"),
    "todo": [
        ("家企业待审核", "最早的自周一起等待", 14),
        ("项答复已逾期", "已提醒一次", 6),
        ("条通知未送达", "地址被拒收", 2),
    ],
    "tabs": (("全部", 24), ("待您答复", 3), ("双方有意", 1), ("设置", None)),
    "quota": ("该税目实行关税配额管理。", "配额内适用较低税率，配额外税率为 65%。配额由中国进口企业持有。"),
    "sure": "以公告原文为准。",
    "terms": (
        ("价格", "560 美元/吨，CIF 武汉", "540 美元/吨，CIF 上海"),
        ("数量", "每月 250 吨", "每月 300 吨"),
        ("交货", "2027 年 1 月 15 日前", "2027 年 2 月 2 日起"),
        ("样品", "", "2 千克，免费"),
    ),
    "window": ("各项均已具备。", "尚缺一份文件。", "新的标签规定开始适用。"),
    "acting": ("林岚", "她来电请求协助填写产品。"),
    "event": ("东南亚食品饮料专场洽谈会", "武汉国际博览中心 3 号馆"),
    "person": ("颂猜·西素", "素林香米厂"),
}

AR = {
    **EN,
    "title": "المطابقات المقترحة",
    "lead": "واحد وأربعون مشتريًا يبحثون عمّا تعرضه، وتسعة منهم ينتظرون جوابًا هذا الأسبوع.",
    "company": ("مطحنة سورين للأرز العطري", "素林香米厂", "TH", "سورين"),
    "text": "أرز ياسمين من المحصول الجديد، حبة طويلة، رطوبة أقل من 14٪. نطحن حسب الطلب ونشحن من ليم تشابانغ.",
    "steps": ["الشركة", "المنتج", "الجاهزية", "أولى المطابقات"],
    "parts": ["المنتج", "الكمية", "الشهادات", "السعر"],
    "part_why": "«هوم مالي» هو الصنف نفسه.",
    "reasons": ["يعرض أرز الياسمين المطلوب.", "يستطيع شحن 300 طن شهريًا والمطلوب 250.", "الرسم صفر بموجب الاتفاقية."],
    "conditions": [
        ("مسجل لدى الجمارك الصينية", "صالح حتى 30 يونيو 2029"),
        ("التسليم قبل 15 يناير", "أقرب شحنة في 2 فبراير."),
        ("شهادة حلال", "لا معلومات بعد. اسأل المورّد."),
    ],
    "figures": [
        ("طلبات مفتوحة", "312", "من 96 مشتريًا"),
        ("مورّدون", "1,408", "61 بلدًا"),
        ("لقاءات متفق عليها", "874", ""),
        ("صارت طلبية", "48.2m US$", ""),
    ],
    "facts": [("رمز النظام المنسق", "1006 30 20"), ("المنشأ", "تايلاند"), ("أقل كمية", "25 طنًا")],
    "facets": [
        ("country", "البلد", [("تايلاند", 128, "TH"), ("فيتنام", 96, "VN"), ("كمبوديا", 41, "KH")]),
        ("certificate", "الشهادة", [("عضوي", 57, ""), ("حلال", 33, ""), ("HACCP", 210, "")]),
    ],
    "chips": [("البلد", "تايلاند"), ("الشهادة", "عضوي")],
    "rows": [
        {
            "name": "أرز ياسمين هوم مالي",
            "sub": ("zh-Hans", "茉莉香米"),
            "maker": "مطحنة سورين",
            "country": "TH",
        },
        {
            "name": "جبن كونتيه، 12 شهرًا",
            "sub": ("zh-Hans", "孔泰奶酪"),
            "maker": "تعاونية جورا",
            "country": "FR",
        },
        {
            "name": "صمام كروي DN 50",
            "sub": ("zh-Hans", "不锈钢球阀"),
            "maker": "صمامات بريشا",
            "country": "IT",
        },
    ],
    "job": "مطابقة المنتجات والطلبات",
    "empty": ("لا طلبات بعد", "انشر ما تريد شراءه أو الصق الأسطر من جدول.", "انشر طلبًا"),
    "person": ("سومتشاي سريسوك", "مطحنة سورين"),
}

SAMPLES = {"en": EN, "zh": ZH, "ar": AR}
