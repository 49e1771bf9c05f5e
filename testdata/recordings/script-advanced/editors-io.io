Script started on 2026-11-22 09:49:32+00:00 [COMMAND="bash" TERM="xterm-256color" TTY="/dev/pts/6" COLUMNS="80" LINES="24"]
[?2004h]0;auditee@web01: ~[01;32mauditee@web01[00m:[01;34m~[00m$ ccpp  //eettcc//ppaasssswwdd  //ttmmpp//aaccccoouunnttss;;  ccpp  //eettcc//sssshh//sssshhdd__ccoonnffiigg  //ttmmpp//sssshhdd __ccoonnffiigg
[?2004l[?2004h]0;auditee@web01: ~[01;32mauditee@web01[00m:[01;34m~[00m$ vviimm  //ttmmpp//aaccccoouunnttss
[?2004l[?1049h[22;0;0t[>4;2m[?1h=[?2004h[?1004h[1;24r[?12h[?12l[22;2t[22;1t[27m[23m[29m[m[H[2J[?25l[24;1H"/tmp/accounts" 28L, 1375B[2;1H▽[6n[2;1H  [3;1HPzz\[0%m[6n[3;1H           [1;1H[>c]10;?]11;?[1;1Hroot:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin[2;48H[K[3;1Hbin:x:2:2:bin:/bin:/usr/sbin/nologin[3;37H[K[4;1Hsys:x:3:3:sys:/dev:/usr/sbin/nologin
sync:x:4:65534:sync:/bin:/bin/sync
games:x:5:60:games:/usr/games:/usr/sbin/nologin
man:x:6:12:man:/var/cache/man:/usr/sbin/nologin
lp:x:7:7:lp:/var/spool/lpd:/usr/sbin/nologin
mail:x:8:8:mail:/var/mail:/usr/sbin/nologin
news:x:9:9:news:/var/spool/news:/usr/sbin/nologin
uucp:x:10:10:uucp:/var/spool/uucp:/usr/sbin/nologin
proxy:x:13:13:proxy:/bin:/usr/sbin/nologin
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
backup:x:34:34:backup:/var/backups:/usr/sbin/nologin
list:x:38:38:Mailing List Manager:/var/list:/usr/sbin/nologin
irc:x:39:39:ircd:/run/ircd:/usr/sbin/nologin
_apt:x:42:65534::/nonexistent:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
_tlog:x:100:102::/run/tlog:/usr/sbin/nologin
sshd:x:101:65534::/run/sshd:/usr/sbin/nologin
systemd-network:x:998:998:systemd Network Management:/:/usr/sbin/nologin
auditee:x:1000:1000:Ada Auditee:/home/auditee:/bin/bash
deploy:x:1001:1001:Deployment:/home/deploy:/bin/bash[24;63H1,1[11CTop[1;1H[?25h[?4m[>41;379;0c]10;rgb:d0d0/d0d0/d0d0]11;rgb:1010/1010/1010P+q436f\P+q6b75\P+q6b64\P+q6b72\P+q6b6c\P+q2332\P+q2334\P+q2569\P+q2a37\P+q6b31\/[?25l[24;53H/[1;1H[24;1H[K[24;1H/[?25hnn[?25l[1;26H[7mn[m[2;6H[30m[103mn[12Cn[9Cn[9Cn[m/[30m[103mn[mologi[30m[103mn
[mbi[30m[103mn[9Cn[m:/bi[30m[103mn[9Cn[m/[30m[103mn[mologi[30m[103mn[4;28Hn[m/[30m[103mn[mologi[30m[103mn
[msy[30m[103mn[14Cn[mc:/bi[30m[103mn[m:/bi[30m[103mn[m/sy[30m[103mn[6;39Hn[m/[30m[103mn[mologi[30m[103mn
[mma[30m[103mn[10Cn[14Cn[9Cn[m/[30m[103mn[mologi[30m[103mn[8;36Hn[m/[30m[103mn[mologi[30m[103mn[9;35Hn[m/[30m[103mn[mologi[30m[103mn
n[10Cn[15Cn[12Cn[m/[30m[103mn[mologi[30m[103mn[11;43Hn[m/[30m[103mn[mologi[30m[103mn[12;24Hn[9Cn[m/[30m[103mn[mologi[30m[103mn[13;44Hn[m/[30m[103mn[mologi[30m[103mn[14;44Hn[m/[30m[103mn[mologi[30m[103mn[15;19Hn[9Cn[23Cn[m/[30m[103mn[mologi[30m[103mn[16;21Hn[14Cn[m/[30m[103mn[mologi[30m[103mn[17;19Hn[mo[30m[103mn[mexiste[30m[103mn[10Cn[m/[30m[103mn[mologi[30m[103mn
n[20Cn[7Cn[mo[30m[103mn[mexiste[30m[103mn[10Cn[m/[30m[103mn[mologi[30m[103mn[19;21Hn[14Cn[m/[30m[103mn[mologi[30m[103mn[20;22Hn[14Cn[m/[30m[103mn[mologi[30m[103mn[21;9Hn[35Cn[mageme[30m[103mn[12Cn[m/[30m[103mn[mologi[30m[103mn[22;50Hn[23;28Hn[18Cn[m[24;63H1,26[10CTop[24;63H[K[24;3H[?25hoo[?25l[1;26Hn[2;6Hn[12Cn[9Cn[9Cn/[7mno[mlogin
bin[9Cn:/bin[9Cn[2C[30m[103mo[mlogin[4;28Hn[2C[30m[103mo[mlogin
syn[14Cnc:/bin:/bin/syn[6;39Hn[2C[30m[103mo[mlogin
man[10Cn[14Cn[9Cn[2C[30m[103mo[mlogin[8;36Hn[2C[30m[103mo[mlogin[9;35Hn[2C[30m[103mo[mlogin
n[10Cn[15Cn[12Cn[2C[30m[103mo[mlogin[11;43Hn[2C[30m[103mo[mlogin[12;24Hn[9Cn[2C[30m[103mo[mlogin[13;44Hn[2C[30m[103mo[mlogin[14;44Hn[2C[30m[103mo[mlogin[15;19Hn[9Cn[23Cn[2C[30m[103mo[mlogin[16;21Hn[14Cn[2C[30m[103mo[mlogin[17;20H[30m[103mo[mnexisten[10Cn[2C[30m[103mo[mlogin[18;2H[30m[103mo[20Co[7Co[mnexisten[10Cn[2C[30m[103mo[mlogin[19;21Hn[14Cn[2C[30m[103mo[mlogin[20;22Hn[14Cn[2C[30m[103mo[mlogin[21;9Hn[35Cnagemen[12Cn[2C[30m[103mo[mlogin[22;50Hn[23;28Hn[18Cn[24;63H2,41[10CTop[24;63H[K[24;4H[?25hll[?25l[2;43H[7ml[m[3;32H[30m[103ml[4;32Hl[6;43Hl[7;43Hl[8;40Hl[9;39Hl[10;45Hl[11;47Hl[12;38Hl[13;48Hl[14;48Hl[15;57Hl[16;40Hl[m[17;19Hno[22C[30m[103ml[m
no[19Cnobody:/no[22C[30m[103ml[19;40Hl[20;41Hl[21;68Hl[m[24;63H2,41[10CTop[24;63H[K[24;5H[?25hoo[?25l[2;44H[7mo[m[3;33H[30m[103mo[4;33Ho[6;44Ho[7;44Ho[8;41Ho[9;40Ho[10;46Ho[11;48Ho[12;39Ho[13;49Ho[14;49Ho[15;58Ho[16;41Ho[17;44Ho[18;55Ho[19;41Ho[20;42Ho[21;69Ho[m[24;63H2,41[10CTop[24;63H[K[24;6H[?25hgg[?25l[2;45H[7mg[m[3;34H[30m[103mg[4;34Hg[6;45Hg[7;45Hg[8;42Hg[9;41Hg[10;47Hg[11;49Hg[12;40Hg[13;50Hg[14;50Hg[15;59Hg[16;42Hg[17;45Hg[18;56Hg[19;42Hg[20;43Hg[21;70Hg[m[24;63H2,41[10CTop[24;63H[K[24;7H[?25hii[?25l[2;46H[7mi[m[3;35H[30m[103mi[4;35Hi[6;46Hi[7;46Hi[8;43Hi[9;42Hi[10;48Hi[11;50Hi[12;41Hi[13;51Hi[14;51Hi[15;60Hi[16;43Hi[17;46Hi[18;57Hi[19;43Hi[20;44Hi[21;71Hi[m[24;63H2,41[10CTop[24;63H[K[24;8H[?25hnn[?25l[2;47H[7mn[m[3;36H[30m[103mn[4;36Hn[6;47Hn[7;47Hn[8;44Hn[9;43Hn[10;49Hn[11;51Hn[12;42Hn[13;52Hn[14;52Hn[15;61Hn[16;44Hn[17;47Hn[18;58Hn[19;44Hn[20;45Hn[21;72Hn[m[24;63H2,41[10CTop[24;63H[K[24;9H[?25h[?25l[2;41H[30m[103mnologin[m[24;63H2,41[10CTop[2;41H[?25hn[?25l[24;53Hn[2;41H[24;53H[K[24;1H[3;30H[24;63H3,30[10CTop[3;30H[?25hn[?25l[24;53Hn[3;30H[24;53H[K[24;1H[4;30H[24;63H4,30[10CTop[4;30H[?25hN[?25l[24;53HN[4;30H[24;1H?[24;53H[K[24;1H[3;30H[24;63H3,30[10CTop[3;30H[?25hg[?25l[24;53Hg[3;30H[?25hg[?25l[24;53H [3;30H[24;53Hgg[3;30H[24;53H  [1;1H[24;63H1,1 [1;1H[?25hV[?25l[24;53HV[1;1H[24;53H1[1;1Hr[48;5;242moot:x:0:0:root:/root:/bin/bash [m[24;1H[1m-- VISUAL LINE --[m[24;53H[K[24;53H1[1;1H[24;63H1,1[11CTop[1;1H[?25hj[?25l[24;53Hj[1;1H[24;53H2[2;1H[1;1H[48;5;242mr
[md[48;5;242maemon:x:1:1:daemon:/usr/sbin:/usr/sbin/[m[30m[48;5;242mnologin[m[48;5;242m [m[24;63H2[2;1H[?25hj[?25l[24;53Hj[2;1H[24;53H3[3;1H[2;1H[48;5;242md
[mb[48;5;242min:x:2:2:bin:/bin:/usr/sbin/[m[30m[48;5;242mnologin[m[48;5;242m [m[24;63H3[3;1H[?25hj[?25l[24;53Hj[3;1H[24;53H4[4;1H[3;1H[48;5;242mb
[ms[48;5;242mys:x:3:3:sys:/dev:/usr/sbin/[m[30m[48;5;242mnologin[m[48;5;242m [m[24;63H4[4;1H[?25hy[?25l[24;53Hy[4;1H[1;1Hroot:x:0:0:root:/root:/bin/bash[1;32H[K[2;1Hdaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/[30m[103mnologin[m[2;48H[K[3;1Hbin:x:2:2:bin:/bin:/usr/sbin/[30m[103mnologin[m[3;37H[K[4;2Hys:x:3:3:sys:/dev:/usr/sbin/[30m[103mnologin[m[4;37H[K[24;1H[K[24;63H1,1[11CTop4 lines yanked[24;63H[K[1;1H[24;63H1,1[11CTop[1;1H[?25hG[?25l[24;53HG[1;1H[24;53H [23;1H[1;23r[1;1H[5M[1;24r[19;1Hdba:x:1002:1002:Database Team:/home/dba:/bin/bash
webops:x:1003:1003:Web Operations:/home/webops:/bin/bash
intern:x:1004:1004:Ines Intern:/home/intern:/bin/bash
oncall:x:1005:1005:On Call:/home/oncall:/bin/bash
night:x:1006:1006:Night Shift:/home/night:/bin/bash[24;1H[K[24;63H28,1[10CBot[23;1H[?25hp[?25l[24;53Hp[23;1H
4 more lines[24;53H[K[23;1H[1;23r[23;1H
[1;24r[23;1Hroot:x:0:0:root:/root:/bin/bash[24;1H[K[24;63H29,1[10C66%4 more lines[24;63H[K[24;63H29,1[10C66%[23;1H[?25ho[?25l[24;53Ho[23;1H[24;53H [23;1H
[1m-- INSERT --[m[24;63H[K[24;63H30,1[10C70%[1;23r[23;1H
[1;24r[24;63H[K[24;63H30,1[10C70%[23;1H[?25hc[?25lc[24;66H2[23;2H[?25ha[?25la[24;66H3[23;3H[?25hr[?25lr[24;66H4[23;4H[?25ho[?25lo[24;66H5[23;5H[?25hl[?25ll[24;66H6[23;6H[?25h:[?25l:[24;66H7[23;7H[?25hx[?25lx[24;66H8[23;8H[?25h:[?25l:[24;66H9[23;9H[?25h1[?25l1[24;66H10[23;10H[?25h5[?25l5[24;67H1[23;11H[?25h0[?25l0[24;67H2[23;12H[?25h1[?25l1[24;67H3[23;13H[?25h:[?25l:[24;67H4[23;14H[?25h1[?25l1[24;67H5[23;15H[?25h5[?25l5[24;67H6[23;16H[?25h0[?25l0[24;67H7[23;17H[?25h1[?25l1[24;67H8[23;18H[?25h:[?25l:[24;67H9[23;19H[?25hC[?25lC[24;66H20[23;20H[?25ha[?25la[24;67H1[23;21H[?25hr[?25lr[24;67H2[23;22H[?25ho[?25lo[24;67H3[23;23H[?25hl[?25ll[24;67H4[23;24H[?25h,[?25l,[24;67H5[23;25H[?25h,[?25l,[24;67H6[23;26H[?25h,[?25l,[24;67H7[23;27H[?25h:[?25l:[24;67H8[23;28H[?25h/[?25l/[24;67H9[23;29H[?25hh[?25lh[24;66H30[23;30H[?25ho[?25lo[24;67H1[23;31H[?25hm[?25lm[24;67H2[23;32H[?25he[?25le[24;67H3[23;33H[?25h/[?25l/[24;67H4[23;34H[?25hc[?25lc[24;67H5[23;35H[?25ha[?25la[24;67H6[23;36H[?25hr[?25lr[24;67H7[23;37H[?25ho[?25lo[24;67H8[23;38H[?25hl[?25ll[24;67H9[23;39H[?25h:[?25l:[24;66H40[23;40H[?25h/[?25l/[24;67H1[23;41H[?25hb[?25lb[24;67H2[23;42H[?25hi[?25li[24;67H3[23;43H[?25hn[?25ln[24;67H4[23;44H[?25h/[?25l/[24;67H5[23;45H[?25hz[?25lz[24;67H6[23;46H[?25hs[?25ls[24;67H7[23;47H[?25hh[?25lh[24;67H8[23;48H[?25h[24;1H[K[23;47H[?25l[24;53H^[[23;47H[?25hu[?25l[24;53H  [23;48H[24;63H30,47[9C70%[23;47H[?25h[?25l[24;53Hu[23;47H
1 line less; before #2  5 seconds ago[24;53H[K[22;1H
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/[30m[103mnologin[m[24;63H29,1[10C77%[24;63H[K[24;63H29,1[10C77%[22;1H[?25h[?25l[24;53H^R[22;1H

1 more line; after #2  5 seconds ago[24;37H[K[22;1H
carol:x:1501:1501:Carol,,,:/home/carol:/bin/zsh[24;63H29,1[10C70%[24;63H[K[24;63H29,1[10C70%[22;1H[?25h:[?25l[24;53H:[22;1H[24;1H[K[24;1H:[?25h%%ss//nn[?25l[1;23r[1;1H[7L[1;24r[1;1Hroot:x:0:0:root:/root:/bi[7mn[m/bash
daemo[30m[103mn[m:x:1:1:daemo[30m[103mn[m:/usr/sbi[30m[103mn[m:/usr/sbi[30m[103mn[m/[30m[103mn[mologi[30m[103mn[m
bi[30m[103mn[m:x:2:2:bi[30m[103mn[m:/bi[30m[103mn[m:/usr/sbi[30m[103mn[m/[30m[103mn[mologi[30m[103mn[m
sys:x:3:3:sys:/dev:/usr/sbi[30m[103mn[m/[30m[103mn[mologi[30m[103mn[m
sy[30m[103mn[mc:x:4:65534:sy[30m[103mn[mc:/bi[30m[103mn[m:/bi[30m[103mn[m/sy[30m[103mn[mc
games:x:5:60:games:/usr/games:/usr/sbi[30m[103mn[m/[30m[103mn[mologi[30m[103mn[m
ma[30m[103mn[m:x:6:12:ma[30m[103mn[m:/var/cache/ma[30m[103mn[m:/usr/sbi[30m[103mn[m/[30m[103mn[mologi[30m[103mn[8;36Hn[m[2Cologi[9;35H[30m[103mn[m[2Cologi
[30m[103mn[10Cn[15Cn[12Cn[m[2Cologi[11;43H[30m[103mn[m[2Cologi[12;24H[30m[103mn[9Cn[m[2Cologi[13;44H[30m[103mn[m[2Cologi[14;44H[30m[103mn[m[2Cologi[15;19H[30m[103mn[9Cn[23Cn[m[2Cologi[16;21H[30m[103mn[14Cn[m[2Cologi[17;19H[30m[103mn[mo[30m[103mn[mexiste[30m[103mn[10Cn[m[2Cologi
[30m[103mn[20Cn[7Cn[mo[30m[103mn[mexiste[30m[103mn[10Cn[m[2Cologi[19;21H[30m[103mn[14Cn[m[2Cologi[20;22H[30m[103mn[14Cn[m[2Cologi[21;9H[30m[103mn[35Cn[mageme[30m[103mn[12Cn[m[2Cologi[22;50H[30m[103mn[23;28Hn[18Cn[m[24;1H[K[24;63H1,26[10CTop:%s/n[24;63H[K[24;6H[?25hoo[?25l[1;23r[23;1H
[1;24r[1;6Hn[12Cn[9Cn[9Cn/[7mno[mlogin
bin[9Cn:/bin[9Cn[2C[30m[103mo[mlogin[3;28Hn[2C[30m[103mo[mlogin
syn[14Cnc:/bin:/bin/syn[5;39Hn[2C[30m[103mo[mlogin
man[10Cn[14Cn[9Cn[2C[30m[103mo[mlogin[7;36Hn[2C[30m[103mo[mlogin[8;35Hn[2C[30m[103mo[mlogin
n[10Cn[15Cn[12Cn[2C[30m[103mo[mlogin[10;43Hn[2C[30m[103mo[mlogin[11;24Hn[9Cn[2C[30m[103mo[mlogin[12;44Hn[2C[30m[103mo[mlogin[13;44Hn[2C[30m[103mo[mlogin[14;19Hn[9Cn[23Cn[2C[30m[103mo[mlogin[15;21Hn[14Cn[2C[30m[103mo[mlogin[16;20H[30m[103mo[mnexisten[10Cn[2C[30m[103mo[mlogin[17;2H[30m[103mo[20Co[7Co[mnexisten[10Cn[2C[30m[103mo[mlogin[18;21Hn[14Cn[2C[30m[103mo[mlogin[19;22Hn[14Cn[2C[30m[103mo[mlogin[20;9Hn[35Cnagemen[12Cn[2C[30m[103mo[mlogin[21;50Hn[22;28Hn[18Cn
dba:x:1002:1002:Database Team:/home/dba:/bin/bash[24;1H[K[24;63H2,41[10C10%:%s/no[24;63H[K[24;7H[?25hll[?25l[1;43H[7ml[m[2;32H[30m[103ml[3;32Hl[5;43Hl[6;43Hl[7;40Hl[8;39Hl[9;45Hl[10;47Hl[11;38Hl[12;48Hl[13;48Hl[14;57Hl[15;40Hl[m[16;19Hno[22C[30m[103ml[m
no[19Cnobody:/no[22C[30m[103ml[18;40Hl[19;41Hl[20;68Hl[m[24;63H2,41[10C10%[24;63H[K[24;8H[?25hoo[?25l[1;44H[7mo[m[2;33H[30m[103mo[3;33Ho[5;44Ho[6;44Ho[7;41Ho[8;40Ho[9;46Ho[10;48Ho[11;39Ho[12;49Ho[13;49Ho[14;58Ho[15;41Ho[16;44Ho[17;55Ho[18;41Ho[19;42Ho[20;69Ho[m[24;63H2,41[10C10%[24;63H[K[24;9H[?25hgg[?25l[1;45H[7mg[m[2;34H[30m[103mg[3;34Hg[5;45Hg[6;45Hg[7;42Hg[8;41Hg[9;47Hg[10;49Hg[11;40Hg[12;50Hg[13;50Hg[14;59Hg[15;42Hg[16;45Hg[17;56Hg[18;42Hg[19;43Hg[20;70Hg[m[24;63H2,41[10C10%[24;63H[K[24;10H[?25hii[?25l[1;46H[7mi[m[2;35H[30m[103mi[3;35Hi[5;46Hi[6;46Hi[7;43Hi[8;42Hi[9;48Hi[10;50Hi[11;41Hi[12;51Hi[13;51Hi[14;60Hi[15;43Hi[16;46Hi[17;57Hi[18;43Hi[19;44Hi[20;71Hi[m[24;63H2,41[10C10%[24;63H[K[24;11H[?25hnn[?25l[1;47H[7mn[m[2;36H[30m[103mn[3;36Hn[5;47Hn[6;47Hn[7;44Hn[8;43Hn[9;49Hn[10;51Hn[11;42Hn[12;52Hn[13;52Hn[14;61Hn[15;44Hn[16;47Hn[17;58Hn[18;44Hn[19;45Hn[20;72Hn[m[24;63H2,41[10C10%[24;63H[K[24;12H[?25h//[?25l[50C2,41[10C10%[24;63H[K[24;13H[?25hff[?25l[49C2,41[10C10%[24;63H[K[24;14H[?25haa[?25l[48C2,41[10C10%[24;63H[K[24;15H[?25hll[?25l[47C2,41[10C10%[24;63H[K[24;16H[?25hss[?25l[46C2,41[10C10%[24;63H[K[24;17H[?25hee[?25l[45C2,41[10C10%[24;63H[K[24;18H[?25h//[?25l[44C2,41[10C10%[24;63H[K[24;19H[?25hgg[?25l[43C2,41[10C10%[24;63H[K[24;20H[?25h[?25l22 substitutions on 22 lines[23;1H[1;1Huucp:x:10:10:uucp:/var/spool/uucp:/usr/sbin/false
proxy:x:13:13:proxy:/bin:/usr/sbin/false
www-data:x:33:33:www-data:/var/www:/usr/sbin/false
backup:x:34:34:backup:/var/backups:/usr/sbin/false
list:x:38:38:Mailing List Manager:/var/list:/usr/sbin/false
irc:x:39:39:ircd:/run/ircd:/usr/sbin/false[6;43H[K[7;1H_apt:x:42:65534::/nonexistent:/usr/sbin/false
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/false
_tlog:x:100:102::/run/tlog:/usr/sbin/false[9;43H[K[10;1Hsshd:x:101:65534::/run/sshd:/usr/sbin/false[10;44H[K[11;1Hsystemd-network:x:998:998:systemd Network Management:/:/usr/sbin/false
auditee:x:1000:1000:Ada Auditee:/home/auditee:/bin/bash
deploy:x:1001:1001:Deployment:/home/deploy:/bin/bash
dba:x:1002:1002:Database Team:/home/dba:/bin/bash[14;50H[K[15;1Hwebops:x:1003:1003:Web Operations:/home/webops:/bin/bash
intern:x:1004:1004:Ines Intern:/home/intern:/bin/bash
oncall:x:1005:1005:On Call:/home/oncall:/bin/bash[17;50H[K[18;1Hnight:x:1006:1006:Night Shift:/home/night:/bin/bash
root:x:0:0:root:/root:/bin/bash[19;32H[K[20;1Hcarol:x:1501:1501:Carol,,,:/home/carol:/bin/zsh[20;48H[K[21;1Hdaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/fals[21;46H[K[22;1Hbin:x:2:2:bin:/bin:/usr/sbin/false[22;35H[K[23;1Hsys:x:3:3:sys:/dev:/usr/sbin/false[23;35H[K[24;63H33,1[10CBot[24;63H[K[24;63H33,1[10CBot[23;1H[?25h:[?25l[24;53H:[23;1H[24;1H[K[24;1H:[?25hsspplliitt  //ttmmpp//sssshhdd__ccoonnffiigg[?25l"/tmp/sshd_config" [24;20H[K[24;20H122L, 3222B[1;1H[1;1H[K[2;1H[96m# This is the sshd server system-wide configuration file.  See
# sshd_config(5) for more information.[m[3;39H[K[4;1H[K[5;1H[96m# This sshd was compiled with PATH=/usr/local/bin:/usr/bin:/bin:/usr/games[m[6;1H[K[7;1H[96m# The strategy used for options in the default sshd_config shipped with
# OpenSSH is to specify options with their default value where
# possible, but leave them commented.  Uncommented options override the
# default value.[m[10;17H[K[11;1H[K[12;1H[1m[7m/tmp/sshd_config                                              1,0-1          Top[m[13;2Hba:x:1002:1002:Database Team[8Cba:/bin/bash[13;50H[K[14;1Hwebops:x:1003:1003:Web Operations:/home/webops:/bin/bash
intern:x:1004:1004:Ines Intern:/home/intern:/bin/bash[15;54H[K[16;1Honcall:x:1005:1005:On Call:/home/oncall:/bin/bash[16;50H[K[17;1Hnight:x:1006:1006:Night Shift:/home/night:/bin/bash
root:x:0:0:root:/root:/bin/bash[18;32H[K[19;1Hcarol:x:1501:1501:Carol,,,:/home/carol:/bin/zsh
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/false[20;46H[K[21;1Hbin:x:2:2:bin:/bin:/usr/sbin/false[21;35H[K[22;1Hsys:x:3:3:sys:/dev
[7m/tmp/accounts [+]                                             33,1           Bot[1;1H[?25h:[?25l[m[24;70H:[1;1H[24;1H[K[24;1H:[?25hsseett  nnuummbbeerr[?25l[1;5H[93m  1 
  2 [m[96m# This is the sshd server system-wide configuration file.  See[m
[93m  3 [m[96m# sshd_config(5) for more information.[m
[93m  4 
  5 [m[96m# This sshd was compiled with PATH=/usr/local/bin:/usr/bin:/bin:/usr/games[m
[93m  6 
  7 [m[96m# The strategy used for options in the default sshd_config shipped with[m
[93m  8 [m[96m# OpenSSH is to specify options with their default value where[m
[93m  9 [m[96m# possible, but leave them commented.  Uncommented options override the[m
[93m 10 [m[96m# default value.[m
[93m 11 [1;5H[?25h[?25l[m[24;70H^D[1;5H[24;70H  [1;5H[1;11r[1;1H[5M[1;24r[7;1H[93m 12 [m[93mInclude[m /etc/ssh/sshd_config.d/[38;5;224m*[m.conf
[93m 13 
 14 [m[96m#Port 22[m
[93m 15 [m[96m#AddressFamily any[m
[93m 16 [m[96m#ListenAddress 0.0.0.0[m[24;1H[K[12;63H[1m[7m6,[13C 4%[1;5H[?25h[?25l[m[24;70H^D[1;5H[24;70H  [1;5H[1;11r[1;1H[5M[1;24r[7;1H[93m 17 [m[96m#ListenAddress ::[m
[93m 18 
 19 [m[96m#HostKey /etc/ssh/ssh_host_rsa_key[m
[93m 20 [m[96m#HostKey /etc/ssh/ssh_host_ecdsa_key[m
[93m 21 [m[96m#HostKey /etc/ssh/ssh_host_ed25519_key[m[12;63H[1m[7m11,0-1[10C9%[1;5H[?25h[27m[23m[29m[m[H[2J[?25l[1;1H[93m 11 
 12 [m[93mInclude[m /etc/ssh/sshd_config.d/[38;5;224m*[m.conf
[93m 13 
 14 [m[96m#Port 22[m
[93m 15 [m[96m#AddressFamily any[m
[93m 16 [m[96m#ListenAddress 0.0.0.0[m
[93m 17 [m[96m#ListenAddress ::[m
[93m 18 
 19 [m[96m#HostKey /etc/ssh/ssh_host_rsa_key[m
[93m 20 [m[96m#HostKey /etc/ssh/ssh_host_ecdsa_key[m
[93m 21 [m[96m#HostKey /etc/ssh/ssh_host_ed25519_key[m
[1m[7m/tmp/sshd_config                                                                                      11,0-1          9%[m[13;1Hlp:x:7:7:lp:/var/spool/lpd:/usr/sbin/false
mail:x:8:8:mail:/var/mail:/usr/sbin/false
news:x:9:9:news:/var/spool/news:/usr/sbin/false
uucp:x:10:10:uucp:/var/spool/uucp:/usr/sbin/false
proxy:x:13:13:proxy:/bin:/usr/sbin/false
www-data:x:33:33:www-data:/var/www:/usr/sbin/false
backup:x:34:34:backup:/var/backups:/usr/sbin/false
list:x:38:38:Mailing List Manager:/var/list:/usr/sbin/false
irc:x:39:39:ircd:/run/ircd:/usr/sbin/false
_apt:x:42:65534::/nonexistent:/usr/sbin/false
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/false
_tlog:x:100:102::/run/tlog:/usr/sbin/false
sshd:x:101:65534::/run/sshd:/usr/sbin/false
systemd-network:x:998:998:systemd Network Management:/:/usr/sbin/false
auditee:x:1000:1000:Ada Auditee:/home/auditee:/bin/bash
deploy:x:1001:1001:Deployment:/home/deploy:/bin/bash
dba:x:1002:1002:Database Team:/home/dba:/bin/bash
webops:x:1003:1003:Web Operations:/home/webops:/bin/bash
intern:x:1004:1004:Ines Intern:/home/intern:/bin/bash
oncall:x:1005:1005:On Call:/home/oncall:/bin/bash
night:x:1006:1006:Night Shift:/home/night:/bin/bash
root:x:0:0:root:/root:/bin/bash
carol:x:1501:1501:Carol,,,:/home/carol:/bin/zsh
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/false
bin:x:2:2:bin:/bin:/usr/sbin/false
sys:x:3:3:sys:/dev:/usr/sbin/false
[7m/tmp/accounts [+]                                                                                     33,1           Bot[1;5H[?25h[?25l[m[40;110H^U[1;5H[40;110H  [1;5H[1;11r[1;1H[5L[1;40r[1;1H[93m  6 
  7 [m[96m# The strategy used for options in the default sshd_config shipped with[m
[93m  8 [m[96m# OpenSSH is to specify options with their default value where[m
[93m  9 [m[96m# possible, but leave them commented.  Uncommented options override the[m
[93m 10 [m[96m# default value.[m[12;103H[1m[7m6,0-1  [9C4%[1;5H[?25h:[?25l[m[40;110H:[1;5H[40;110H[K[40;1H:[?25hvvsspplliitt[?25l[1;5H[56C[7m|[2;61H|[m[3;3H[93m [m[1C[96mig shipped with[m                                         [7m|[m[4;3H[93m8[m[3C[96mOpenSSH is to specify options with their default value[m[7m|[m[5;2H[93m  [m[1C[96m where[m           [39C[7m|[m[6;2H[93m 9[m[1C[96m# possible, but leave them commented.  Uncommented optio[m[7m|[m[7;2H[93m  [m[1C[96mns override the[m                      [19C[7m|[m[8;3H[93m0[m[1C[96m# default value.[m[40C[7m|[m[9;3H[93m1[m[1C         [47C[7m|[m[10;3H[93m2[m[1C[93mInclude[m /etc/ssh/sshd_config.d/[38;5;224m*[m.conf[19C[7m|[m[11;3H[93m3[m[1C                       [33C[7m|[m[12;43H[1m[7m6,0-1[11C4%[m[1;62H[93m  6 [2;62H  7 [m[96m# The strategy used for options in the default sshd_con[m[3;62H[93m    [m[96mfig shipped with[m[4;62H[93m  8 [m[96m# OpenSSH is to specify options with their default valu[m[5;62H[93m    [m[96me where[m[6;62H[93m  9 [m[96m# possible, but leave them commented.  Uncommented opti[m[7;62H[93m    [m[96mons override the[m[8;62H[93m 10 [m[96m# default value.[m[9;62H[93m 11 [10;62H 12 [m[93mInclude[m /etc/ssh/sshd_config.d/[38;5;224m*[m.conf[11;62H[93m 13 [m[12;62H[7m/tmp/sshd_config                         6,0-1           4%[1;5H[?25h[27m[23m[29m[m[H[2J[?25l[1;1H[93m  6 [m[56C[7m|[m
[93m  7 [m[96m# The strategy used for options in the default sshd_conf[m[7m|[m
[93m    [m[96mig shipped with[m[41C[7m|[m
[93m  8 [m[96m# OpenSSH is to specify options with their default value[m[7m|[m
[93m    [m[96m where[m[50C[7m|[m
[93m  9 [m[96m# possible, but leave them commented.  Uncommented optio[m[7m|[m
[93m    [m[96mns override the[m[41C[7m|[m
[93m 10 [m[96m# default value.[m[40C[7m|[m
[93m 11 [m[56C[7m|[m
[93m 12 [m[93mInclude[m /etc/ssh/sshd_config.d/[38;5;224m*[m.conf[19C[7m|[m
[93m 13 [m[56C[7m|[m
[1m[7m/tmp/sshd_config                          6,0-1           4% [m[1;62H[93m  6 [2;62H  7 [m[96m# The strategy [m[3;62H[93m    [m[96mused for option[m[4;62H[93m    [m[96ms in the defaul[m[5;62H[93m    [m[96mt sshd_config s[m[6;62H[93m    [m[96mhipped with[m[7;62H[93m  8 [m[96m# OpenSSH is to[m[8;62H[93m    [m[96m specify option[m[9;62H[93m    [m[96ms with their de[m[10;62H[93m    [m[96mfault value whe[m[11;62H[93m    [m[96mre[m[12;62H[7m<d_config 6,0-1  4%[m[13;1Hdba:x:1002:1002:Database Team:/home/dba:/bin/bash
webops:x:1003:1003:Web Operations:/home/webops:/bin/bash
intern:x:1004:1004:Ines Intern:/home/intern:/bin/bash
oncall:x:1005:1005:On Call:/home/oncall:/bin/bash
night:x:1006:1006:Night Shift:/home/night:/bin/bash
root:x:0:0:root:/root:/bin/bash
carol:x:1501:1501:Carol,,,:/home/carol:/bin/zsh
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/false
bin:x:2:2:bin:/bin:/usr/sbin/false
sys:x:3:3:sys:/dev:/usr/sbin/false
[7m/tmp/accounts [+]                                             33,1           Bot[1;5H[?25h:[?25l[m[24;70H:[1;5H[24;70H[K[24;1H:[?25hhheellpp  ppaasssswwdd[?25l"pi_netrw.txt" [readonly] 4419L, 181909B[1;57H[93mPASSWORD[m[48C[30m*[m[95mnetrw-passwd[m[30m*[m[2;1H[K[3;1HThe script attempts to get passwords for ftp invisibly using [30m|[m[1m[96minputsecret()[m[30m|[m,[3;78H[K[4;1Ha built-in Vim function.  See [30m|[m[1m[96mnetrw-userpass[m[30m|[m for how to change the password[4;78H[K[5;1Hafter one has set it.[5;61H[K[6;1H[K[7;1HUnfortunately there doesn't appear to be a way for netrw to feed a password to[7;79H[K[8;1Hscp.  Thus every transfer via scp will require re-entry of the password.[8;73H[K[9;1HHowever, [30m|[m[1m[96mnetrw-ssh-hack[m[30m|[m can help with this problem.[9;61H[K[10;1H[K[11;1H[K[12;1H[38;5;81m==============================================================================[m[12;79H[K[13;1H5. Activation                                    [7C[30m*[m[95mnetrw-activate[m[30m*[m {{{1[14;1H[K[15;1HNetwork-oriented file transfers are available by default whenever Vim's
[30m|[m[1m[96m'nocompatible'[m[30m|[m mode is enabled.  Netrw's script files reside in your
system's plugin, autoload, and syntax directories; just the
plugin/netrwPlugin.vim script is sourced automatically whenever you bring up
[1m[7mpi_netrw.txt [Help][RO]                                       680,15-57      15%[m[20;1H[93m  6 [m                                         [15C[7m|
/tmp/sshd_config                          6,0-1           4% [m[20;62H[93m  6 [m[21;62H[7m<d_config 6,0-1  4%[1;57H[?25h:[?25l[m[24;70H:[1;57H[24;1H[K[24;1H:[?25hqqaa!![?25l[?2004l[>4;m[23;2t[23;1t[24;1H[K[24;1H[?1004l[?2004l[?1l>[?1049l[23;0;0t[?25h[>4;m[?2004h]0;auditee@web01: ~[01;32mauditee@web01[00m:[01;34m~[00m$ lleessss  --NN  //ttmmpp//sssshhdd__ccoonnffiigg
[?2004l[?1049h[22;0;0t[?1h=      1 [m
      2 # This is the sshd server system-wide configuration file.  See[m
      3 # sshd_config(5) for more information.[m
      4 [m
      5 # This sshd was compiled with PATH=/usr/local/bin:/usr/bin:/bin:/usr/gam[m       5 es[m
      6 [m
      7 # The strategy used for options in the default sshd_config shipped with[m
      8 # OpenSSH is to specify options with their default value where[m
      9 # possible, but leave them commented.  Uncommented options override the[m
     10 # default value.[m
     11 [m
     12 Include /etc/ssh/sshd_config.d/*.conf[m
     13 [m
     14 #Port 22[m
     15 #AddressFamily any[m
     16 #ListenAddress 0.0.0.0[m
     17 #ListenAddress ::[m
     18 [m
     19 #HostKey /etc/ssh/ssh_host_rsa_key[m
     20 #HostKey /etc/ssh/ssh_host_ecdsa_key[m
     21 #HostKey /etc/ssh/ssh_host_ed25519_key[m
     22 [m
[7m/tmp/sshd_config[27m[K [K     23 # Ciphers and keying[m
     24 #RekeyLimit default none[m
     25 [m
     26 # Logging[m
     27 #SyslogFacility AUTH[m
     28 #LogLevel INFO[m
     29 [m
     30 # Authentication:[m
     31 [m
     32 #LoginGraceTime 2m[m
     33 #PermitRootLogin prohibit-password[m
     34 #StrictModes yes[m
     35 #MaxAuthTries 6[m
     36 #MaxSessions 10[m
     37 [m
     38 #PubkeyAuthentication yes[m
     39 [m
     40 # Expect .ssh/authorized_keys2 to be disregarded by default in future.[m
     41 #AuthorizedKeysFile     .ssh/authorized_keys .ssh/authorized_keys2[m
     42 [m
     43 #AuthorizedPrincipalsFile none[m
     44 [m
     45 #AuthorizedKeysCommand none[m
:[K [K     46 #AuthorizedKeysCommandUser nobody[m
     47 [m
     48 # For this to work you will also need host keys in /etc/ssh/ssh_known_ho[m      48 sts[m
     49 #HostbasedAuthentication no[m
     50 # Change to yes if you don't trust ~/.ssh/known_hosts for[m
     51 # HostbasedAuthentication[m
     52 #IgnoreUserKnownHosts no[m
     53 # Don't read the user's ~/.rhosts and ~/.shosts files[m
     54 #IgnoreRhosts yes[m
     55 [m
     56 # To disable tunneled clear text passwords, change to no here![m
     57 PasswordAuthentication yes[m
     58 #PermitEmptyPasswords no[m
     59 [m
     60 # Change to yes to enable challenge-response passwords (beware issues wi[m      60 th[m
     61 # some PAM modules and threads)[m
     62 KbdInteractiveAuthentication no[m
     63 [m
     64 # Kerberos options[m
     65 #KerberosAuthentication no[m
     66 #KerberosOrLocalPasswd yes[m
:[Kb[K[HM     45 #AuthorizedKeysCommand none[m
[HM     44 [m
[HM     43 #AuthorizedPrincipalsFile none[m
[HM     42 [m
[HM     41 #AuthorizedKeysFile     .ssh/authorized_keys .ssh/authorized_keys2[m
[HM     40 # Expect .ssh/authorized_keys2 to be disregarded by default in future.[m
[HM     39 [m
[HM     38 #PubkeyAuthentication yes[m
[HM     37 [m
[HM     36 #MaxSessions 10[m
[HM     35 #MaxAuthTries 6[m
[HM     34 #StrictModes yes[m
[HM     33 #PermitRootLogin prohibit-password[m
[HM     32 #LoginGraceTime 2m[m
[HM     31 [m
[HM     30 # Authentication:[m
[HM     29 [m
[HM     28 #LogLevel INFO[m
[HM     27 #SyslogFacility AUTH[m
[HM     26 # Logging[m
[HM     25 [m
[HM     24 #RekeyLimit default none[m
[HM     23 # Ciphers and keying[m
[24;1H[K:[K/[K/P[KPPa[Kaas[Ksss[Kssw[Kwwo[Koor[Krrd[Kdd[K[1;1H     23 # Ciphers and keying[m
[2;1H     24 #RekeyLimit default none[m
[3;1H     25 [m
[4;1H     26 # Logging[m
[5;1H     27 #SyslogFacility AUTH[m
[6;1H     28 #LogLevel INFO[m
[7;1H     29 [m
[8;1H     30 # Authentication:[m
[9;1H     31 [m
[10;1H     32 #LoginGraceTime 2m[m
[11;1H     33 #PermitRootLogin prohibit-password[m
[12;1H     34 #StrictModes yes[m
[13;1H     35 #MaxAuthTries 6[m
[14;1H     36 #MaxSessions 10[m
[15;1H     37 [m
[16;1H     38 #PubkeyAuthentication yes[m
[17;1H     39 [m
[18;1H     40 # Expect .ssh/authorized_keys2 to be disregarded by default in future.[m
[19;1H     41 #AuthorizedKeysFile     .ssh/authorized_keys .ssh/authorized_keys2[m
[20;1H     42 [m
[21;1H     43 #AuthorizedPrincipalsFile none[m
[22;1H     44 [m
[23;1H     45 #AuthorizedKeysCommand none[m
[24;1H[1;1H     23 # Ciphers and keying[m
[2;1H     24 #RekeyLimit default none[m
[3;1H     25 [m
[4;1H     26 # Logging[m
[5;1H     27 #SyslogFacility AUTH[m
[6;1H     28 #LogLevel INFO[m
[7;1H     29 [m
[8;1H     30 # Authentication:[m
[9;1H     31 [m
[10;1H     32 #LoginGraceTime 2m[m
[11;1H     33 #PermitRootLogin prohibit-password[m
[12;1H     34 #StrictModes yes[m
[13;1H     35 #MaxAuthTries 6[m
[14;1H     36 #MaxSessions 10[m
[15;1H     37 [m
[16;1H     38 #PubkeyAuthentication yes[m
[17;1H     39 [m
[18;1H     40 # Expect .ssh/authorized_keys2 to be disregarded by default in future.[m
[19;1H     41 #AuthorizedKeysFile     .ssh/authorized_keys .ssh/authorized_keys2[m
[20;1H     42 [m
[21;1H     43 #AuthorizedPrincipalsFile none[m
[22;1H     44 [m
[23;1H     45 #AuthorizedKeysCommand none[m
[24;1H...skipping...
     57 [7mPassword[27mAuthentication yes[m
     58 #PermitEmpty[7mPassword[27ms no[m
     59 [m
     60 # Change to yes to enable challenge-response passwords (beware issues wi[m      60 th[m
     61 # some PAM modules and threads)[m
     62 KbdInteractiveAuthentication no[m
     63 [m
     64 # Kerberos options[m
     65 #KerberosAuthentication no[m
     66 #KerberosOrLocalPasswd yes[m
     67 #KerberosTicketCleanup yes[m
     68 #KerberosGetAFSToken no[m
     69 [m
     70 # GSSAPI options[m
     71 #GSSAPIAuthentication no[m
     72 #GSSAPICleanupCredentials yes[m
     73 #GSSAPIStrictAcceptorCheck yes[m
     74 #GSSAPIKeyExchange no[m
     75 [m
     76 # Set this to 'yes' to enable PAM authentication, account processing,[m
     77 # and session processing. If this is enabled, PAM authentication will[m
     78 # be allowed through the KbdInteractiveAuthentication and[m
:[Kn[K/[K     79 # [7mPassword[27mAuthentication.  Depending on your PAM configuration,[m
:[Kn[K/[K     80 # PAM authentication via KbdInteractiveAuthentication may bypass[m
     81 # the setting of "PermitRootLogin prohibit-password".[m
     82 # If you just want the PAM account and session checks to run without[m
     83 # PAM authentication, then enable this but set [7mPassword[27mAuthentication[m
     84 # and KbdInteractiveAuthentication to 'no'.[m
     85 UsePAM yes[m
     86 [m
     87 #AllowAgentForwarding yes[m
     88 #AllowTcpForwarding yes[m
     89 #GatewayPorts no[m
     90 X11Forwarding yes[m
     91 #X11DisplayOffset 10[m
     92 #X11UseLocalhost yes[m
     93 #PermitTTY yes[m
     94 PrintMotd no[m
     95 #PrintLastLog yes[m
     96 #TCPKeepAlive yes[m
     97 #PermitUserEnvironment no[m
     98 #Compression delayed[m
     99 #ClientAliveInterval 0[m
    100 #ClientAliveCountMax 3[m
    101 #UseDNS no[m
:[KG[K...skipping...
    100 #ClientAliveCountMax 3[m
    101 #UseDNS no[m
    102 #PidFile /run/sshd.pid[m
    103 #MaxStartups 10:30:100[m
    104 #PermitTunnel no[m
    105 #ChrootDirectory none[m
    106 #VersionAddendum none[m
    107 [m
    108 # no default banner path[m
    109 #Banner none[m
    110 [m
    111 # Allow client to pass locale environment variables[m
    112 AcceptEnv LANG LC_*[m
    113 [m
    114 # override default of no subsystems[m
    115 Subsystem       sftp    /usr/lib/openssh/sftp-server[m
    116 [m
    117 # Example of overriding settings on a per-user basis[m
    118 #Match User anoncvs[m
    119 #       X11Forwarding no[m
    120 #       AllowTcpForwarding no[m
    121 #       PermitTTY no[m
    122 #       ForceCommand cvs server[m
[7m(END)[27m[Kg[K[H[2J[HM     22 [m
[HM     21 #HostKey /etc/ssh/ssh_host_ed25519_key[m
[HM     20 #HostKey /etc/ssh/ssh_host_ecdsa_key[m
[HM     19 #HostKey /etc/ssh/ssh_host_rsa_key[m
[HM     18 [m
[HM     17 #ListenAddress ::[m
[HM     16 #ListenAddress 0.0.0.0[m
[HM     15 #AddressFamily any[m
[HM     14 #Port 22[m
[HM     13 [m
[HM     12 Include /etc/ssh/sshd_config.d/*.conf[m
[HM     11 [m
[HM     10 # default value.[m
[HM      9 # possible, but leave them commented.  Uncommented options override the[m
[HM      8 # OpenSSH is to specify options with their default value where[m
[HM      7 # The strategy used for options in the default sshd_config shipped with[m
[HM      6 [m
[HM      5 es[m
[HM      5 # This sshd was compiled with PATH=/usr/local/bin:/usr/bin:/bin:/usr/gam[m[HM      4 [m
[HM      3 # sshd_config(5) for more information.[m
[HM      2 # This is the sshd server system-wide configuration file.  See[m
[HM      1 [m
[24;1H[K:[Kq[K[?1l>[?1049l[23;0;0t[?2004h]0;auditee@web01: ~[01;32mauditee@web01[00m:[01;34m~[00m$ mmaann  ppaasssswwdd
[?2004l[?1049h[22;0;0t[?1h=PASSWD(1)                        User Commands                       PASSWD(1)[m
[m
[1mNAME[0m[m
       passwd - change user password[m
[m
[1mSYNOPSIS[0m[m
       [1mpasswd[0m [[4moptions[24m] [[4mLOGIN[24m][m
[m
[1mDESCRIPTION[0m[m
       The [1mpasswd[0m command changes passwords for user accounts. A normal user[m
       may only change the password for their own account, while the superuser[m
       may change the password for any account.  [1mpasswd[0m also changes the[m
       account or associated password validity period.[m
[m
   [1mPassword[0m [1mChanges[0m[m
       The user is first prompted for their old password, if one is present.[m
       This password is then encrypted and compared against the stored[m
       password. The user has only one chance to enter the correct password.[m
       The superuser is permitted to bypass this step so that forgotten[m
       passwords may be changed.[m
[m
       After the password has been entered, password aging information is[m
       checked to see if the user is permitted to change the password at this[m
[7m Manual page passwd(1) line 1 (press h for help or q to quit)[27m[K [K       time. If not, [1mpasswd[0m refuses to change the password and exits.[m
[m
       The user is then prompted twice for a replacement password. The second[m
       entry is compared against the first and both are required to match in[m
       order for the password to be changed.[m
[m
       Then, the password is tested for complexity. As a general guideline,[m
       passwords should consist of 6 to 8 characters including one or more[m
       characters from each of the following sets:[m
[m
       •   lower case alphabetics[m
[m
       •   digits 0 thru 9[m
[m
       •   punctuation marks[m
[m
       Care must be taken not to include the system default erase or kill[m
       characters.  [1mpasswd[0m will reject any password which is not suitably[m
       complex.[m
[m
   [1mHints[0m [1mfor[0m [1muser[0m [1mpasswords[0m[m
       The security of a password depends upon the strength of the encryption[m
       algorithm and the size of the key space. The legacy [4mUNIX[24m System[m
[7m Manual page passwd(1) line 24 (press h for help or q to quit)[27m[K [K       encryption method is based on the NBS DES algorithm. More recent[m
       methods are now recommended (see [1mENCRYPT_METHOD[0m). The size of the key[m
       space depends upon the randomness of the password which is selected.[m
[m
       Compromises in password security normally result from careless password[m
       selection or handling. For this reason, you should not select a[m
       password which appears in a dictionary or which must be written down.[m
       The password should also not be a proper name, your license number,[m
       birth date, or street address. Any of these may be used as guesses to[m
       violate system security.[m
[m
       You can find advice on how to choose a strong password on[m
       http://en.wikipedia.org/wiki/Password_strength[m
[m
[1mOPTIONS[0m[m
       The options which apply to the [1mpasswd[0m command are:[m
[m
       [1m-a[0m, [1m--all[0m[m
           This option can be used only with [1m-S[0m and causes show status for all[m
           users.[m
[m
       [1m-d[0m, [1m--delete[0m[m
           Delete a user's password (make it empty). This is a quick way to[m
[7m Manual page passwd(1) line 47 (press h for help or q to quit)[27m[K [K           disable a password for an account. It will set the named account[m
           passwordless.[m
[m
       [1m-e[0m, [1m--expire[0m[m
           Immediately expire an account's password. This in effect can force[m
           a user to change their password at the user's next login.[m
[m
       [1m-h[0m, [1m--help[0m[m
           Display help message and exit.[m
[m
       [1m-i[0m, [1m--inactive[0m [4mINACTIVE[24m[m
           This option is used to disable an account after the password has[m
           been expired for a number of days. After a user account has had an[m
           expired password for [4mINACTIVE[24m days, the user may no longer sign on[m
           to the account.[m
[m
       [1m-k[0m, [1m--keep-tokens[0m[m
           Indicate password change should be performed only for expired[m
           authentication tokens (passwords). The user wishes to keep their[m
           non-expired tokens as before.[m
[m
       [1m-l[0m, [1m--lock[0m[m
           Lock the password of the named account. This option disables a[m
[7m Manual page passwd(1) line 70 (press h for help or q to quit)[27m[K/[K/-[K---[K--l[Kllo[Kooc[Kcck[Kkk[K[1;1H           disable a password for an account. It will set the named account[m
[2;1H           passwordless.[m
[3;1H[m
[4;1H       [1m-e[0m, [1m--expire[0m[m
[5;1H           Immediately expire an account's password. This in effect can force[m
[6;1H           a user to change their password at the user's next login.[m
[7;1H[m
[8;1H       [1m-h[0m, [1m--help[0m[m
[9;1H           Display help message and exit.[m
[10;1H[m
[11;1H       [1m-i[0m, [1m--inactive[0m [4mINACTIVE[24m[m
[12;1H           This option is used to disable an account after the password has[m
[13;1H           been expired for a number of days. After a user account has had an[m
[14;1H           expired password for [4mINACTIVE[24m days, the user may no longer sign on[m
[15;1H           to the account.[m
[16;1H[m
[17;1H       [1m-k[0m, [1m--keep-tokens[0m[m
[18;1H           Indicate password change should be performed only for expired[m
[19;1H           authentication tokens (passwords). The user wishes to keep their[m
[20;1H           non-expired tokens as before.[m
[21;1H[m
[22;1H       [1m-l[0m, [1m--lock[0m[m
[23;1H           Lock the password of the named account. This option disables a[m
[24;1H[1;1H           disable a password for an account. It will set the named account[m
[2;1H           passwordless.[m
[3;1H[m
[4;1H       [1m-e[0m, [1m--expire[0m[m
[5;1H           Immediately expire an account's password. This in effect can force[m
[6;1H           a user to change their password at the user's next login.[m
[7;1H[m
[8;1H       [1m-h[0m, [1m--help[0m[m
[9;1H           Display help message and exit.[m
[10;1H[m
[11;1H       [1m-i[0m, [1m--inactive[0m [4mINACTIVE[24m[m
[12;1H           This option is used to disable an account after the password has[m
[13;1H           been expired for a number of days. After a user account has had an[m
[14;1H           expired password for [4mINACTIVE[24m days, the user may no longer sign on[m
[15;1H           to the account.[m
[16;1H[m
[17;1H       [1m-k[0m, [1m--keep-tokens[0m[m
[18;1H           Indicate password change should be performed only for expired[m
[19;1H           authentication tokens (passwords). The user wishes to keep their[m
[20;1H           non-expired tokens as before.[m
[21;1H[m
[22;1H       [1m-l[0m, [1m[7m--lock[27m[0m[m
[23;1H           Lock the password of the named account. This option disables a[m
[24;1H           password by changing it to a value which matches no possible[m
           encrypted value (it adds a ´!´ at the beginning of the password).[m
[m
           Note that this does not disable the account. The user may still be[m
           able to login using another authentication token (e.g. an SSH key).[m
           To disable the account, administrators should use [1musermod[0m[m
           [1m--expiredate[0m [1m1[0m (this set the account's expire date to Jan 2, 1970).[m
[m
           Users with a locked password are not allowed to change their[m
           password.[m
[m
       [1m-n[0m, [1m--mindays[0m [4mMIN_DAYS[24m[m
           Set the minimum number of days between password changes to[m
           [4mMIN_DAYS[24m. A value of zero for this field indicates that the user[m
           may change their password at any time.[m
[m
       [1m-q[0m, [1m--quiet[0m[m
           Quiet mode.[m
[m
       [1m-r[0m, [1m--repository[0m [4mREPOSITORY[24m[m
           change password in [4mREPOSITORY[24m repository[m
[7m Manual page passwd(1) line 91/194 64% (press h for help or q to quit)[27m[Kq[K[?1l>[?1049l[23;0;0t[?2004h]0;auditee@web01: ~[01;32mauditee@web01[00m:[01;34m~[00m$ nnaannoo  //ttmmpp//mmoottdd
[?2004l[?2004h[?1049h[22;0;0t[1;24r(B[m[4l[?7h[39;49m[?1h=[?1h=[?25l[39;49m(B[m[H[2J[22;34H(B[0;7m[ Reading... ](B[m[22;33H(B[0;7m[ Read 5 lines ](B[m[H(B[0;7m  GNU nano 7.2                        /tmp/motd                                 [1;79H(B[m[23d(B[0;7m^G(B[m Help[14G(B[0;7m^O(B[m Write Out (B[0;7m^W(B[m Where Is  (B[0;7m^K(B[m Cut[53G(B[0;7m^T(B[m Execute   (B[0;7m^C(B[m Location[24d(B[0;7m^X(B[m Exit[14G(B[0;7m^R(B[m Read File (B[0;7m^\(B[m Replace   (B[0;7m^U(B[m Paste     (B[0;7m^J(B[m Justify   (B[0;7m^/(B[m Go To Line[2dWelcome to web01.[3dYour passwd expires in 14 days.Welcome to web01.[4dYour passwd expires in 14 days.Welcome to web01.[5dYour passwd expires in 14 days.[6dYour passwd expires in 14 days.[2d[?12l[?25hW[?25l[1;49H(B[0;7m*[79G(B[m[?12l[?25h[2dWWelcome to web01.We[?25l[?12l[?25heWelcome to web01.Wel[?25l[?12l[?25hlWelcome to web01.Welc[?25l[?12l[?25hcWelcome to web01.[5Go[?25l[?12l[?25hoWelcome to web01.[6Gm[?25l[?12l[?25hmWelcome to web01.[7Ge[?25l[?12l[?25heWelcome to web01.[8G [?25l[?12l[?25h Welcome to web01.[2;9Ht[?25l[?12l[?25htWelcome to web01.[2;10Ho[?25l[?12l[?25hoWelcome to web01.[2;11H [?25l[?12l[?25h Welcome to web01.[2;12Hw[?25l[?12l[?25hwWelcome to web01.[2;13He[?25l[?12l[?25heWelcome to web01.[2;14Hb[?25l[?12l[?25hbWelcome to web01.[2;15H0[?25l[?12l[?25h0Welcome to web01.[2;16H1[?25l[?12l[?25h1Welcome to web01.[2;17H.[?25l[?12l[?25h.Welcome to web01.[2;18H[?25l[K[3d[31P[5;32HWelcome to web01.[7dYour passwd expires in 14 days.[3d[?12l[?25hY[?25l[?12l[?25hYWelcome to web01.Yo[?25l[22d[K[?12l[?25h[3dYoWelcome to web01.You[?25l[?12l[?25huWelcome to web01.Your[?25l[?12l[?25hrWelcome to web01.[5G [?25l[?12l[?25h Welcome to web01.[6Gp[?25l[?12l[?25hpWelcome to web01.[7Ga[?25l[?12l[?25haWelcome to web01.[8Gs[?25l[?12l[?25hsWelcome to web01.[3;9Hs[?25l[?12l[?25hssWelcome to web01.[3;10Hw[?25l[?12l[?25hwWelcome to web01.[3;11Hd[?25l[?12l[?25hdWelcome to web01.[3;12H [?25l[?12l[?25h Welcome to web01.[3;13He[?25l[?12l[?25heWelcome to web01.[3;14Hx[?25l[?12l[?25hxWelcome to web01.[3;15Hp[?25l[?12l[?25hpWelcome to web01.[3;16Hi[?25l[?12l[?25hiWelcome to web01.[3;17Hr[?25l[?12l[?25hrWelcome to web01.[3;18He[?25l[?12l[?25heWelcome to web01.[3;19Hs[?25l[?12l[?25hsWelcome to web01.[3;20H [?25l[?12l[?25h Welcome to web01.[3;21Hi[?25l[?12l[?25hiWelcome to web01.[3;22Hn[?25l[?12l[?25hnWelcome to web01.[3;23H [?25l[?12l[?25h Welcome to web01.[3;24H1[?25l[?12l[?25h1Welcome to web01.[3;25H4[?25l[?12l[?25h4Welcome to web01.[3;26H [?25l[?12l[?25h Welcome to web01.[3;27Hd[?25l[?12l[?25hdWelcome to web01.[3;28Ha[?25l[?12l[?25haWelcome to web01.[3;29Hy[?25l[?12l[?25hyWelcome to web01.[3;30Hs[?25l[?12l[?25hsWelcome to web01.[3;31H.[?25l[?12l[?25h.Welcome to web01.[3;32H[?25l[5d[K[7d[K[3d[?12l[?25h[?25l[5;32HWelcome to web01.[7dYour passwd expires in 14 days.[4d[?12l[?25h[?25l[6;32HWelcome to web01.[8dYour passwd expires in 14 days.[5d[?12l[?25h[?25l[23;14H       (B[0;7mM-D(B[m DOS Format      (B[0;7mM-A(B[m Append          (B[0;7mM-B(B[m Backup File[K[24;2H(B[0;7mC(B[m Cancel           (B[0;7mM-M(B[m Mac Format      (B[0;7mM-P(B[m Prepend         (B[0;7m^T(B[m Browse[K[22d(B[0;7mFile Name to Write: /tmp/motd                                                   [22;30H(B[m[?12l[?25h[?25l   [1K (B[0;7m[ Writing... ](B[m[K[1;49H(B[0;7m [79G(B[m[22;32H(B[0;7m[ Wrote 7 lines ](B[m[23;14H(B[0;7m^O(B[m Write Out (B[0;7m^W(B[m Where Is  (B[0;7m^K(B[m Cut       (B[0;7m^T(B[m Execute   (B[0;7m^C(B[m Location[24;2H(B[0;7mX(B[m Exit      (B[0;7m^R(B[m Read File (B[0;7m^\(B[m Replace   (B[0;7m^U(B[m Paste     (B[0;7m^J(B[m Justify   (B[0;7m^/(B[m Go To Line[?12l[?25h[5d[?25l[22d[J[24d[?12l[?25h[24;1H[?1049l[23;0;0t[?1l>[?2004l[?2004h]0;auditee@web01: ~[01;32mauditee@web01[00m:[01;34m~[00m$ ccaatt  //ttmmpp//mmoottdd
[?2004lWelcome to web01.
Your passwd expires in 14 days.Welcome to web01.
Your passwd expires in 14 days.Welcome to web01.
Your passwd expires in 14 days.Welcome to web01.
Your passwd expires in 14 days.Welcome to web01.
Your passwd expires in 14 days.
Your passwd expires in 14 days.
[?2004h]0;auditee@web01: ~[01;32mauditee@web01[00m:[01;34m~[00m$ eexxiitt
[?2004lexit

Script done on 2026-11-22 09:50:30+00:00 [COMMAND_EXIT_CODE="0"]
